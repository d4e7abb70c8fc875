"""A stand-in of the Simplicate API v2, written from the vendor's public facts."""
