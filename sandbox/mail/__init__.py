"""A mail sink: a real SMTP server that keeps what it receives and sends nothing on."""
