"""Stories that run the whole bridge between two sandboxes."""
