"""The configuration file: read, checked, compared with what is stored, applied in one transaction, exported."""
