"""Count outside calls; the labels name connections and outcomes, never a record."""

from prometheus_client import Counter, Histogram

CALLS = Counter("boekbrug_outside_calls_total", "Calls made to outside systems", ["connection", "method", "outcome"])
SECONDS = Histogram(
    "boekbrug_outside_call_seconds",
    "Time from the first byte sent to the whole answer",
    ["connection", "method"],
    buckets=(0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60),
)
REFUSALS = Counter(
    "boekbrug_budget_refusals_total", "Calls that were parked by the budget", ["connection", "lane", "reason"]
)
