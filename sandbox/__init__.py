"""Stand-ins of the outside systems, served over real HTTP with their limits and faults."""
