"""Read what is left of each connection's calls, for metrics and pages."""

from dataclasses import dataclass

from tasks.runtime import Runtime


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """Count one window of one connection."""

    connection: str
    window: str
    used: int
    left: int


def budget_lines(runtime: Runtime) -> list[BudgetLine]:
    """Return every window of every enabled connection."""
    return []
