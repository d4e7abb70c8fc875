"""Show everything on one machine: a story of good and bad days, and proof that it came right."""
