"""The configuration file: read, checked, compared with what is stored, applied, exported."""
