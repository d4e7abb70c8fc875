"""What every stand-in shares: the request pipeline, limits, faults, latency, statistics and the control address."""
