"""Let people and applications in, and say what each may do."""
