"""The processes: worker start-up, dispatcher, beat schedule, embedded servers, supervisor and command line."""
