"""What is stored and passed around: settings, tables, canonical records and migrations."""
