"""Hold one file per step of the schema."""
