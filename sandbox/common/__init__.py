"""What every stand-in shares: pipeline, limits, faults, latency, statistics and the control address."""
