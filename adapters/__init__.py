"""The outside world: one folder per system, and under them one HTTP client, budgets, breaker and errors."""
