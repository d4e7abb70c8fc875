"""A stand-in of the SnelStart B2B API v2, written from the vendor's public facts."""
