"""Hold what a budget looks like at one moment, for metrics, pages and the dispatcher."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WindowState:
    """Count one window; `forecast` is what can be granted within the next two seconds."""

    name: str
    limit: int
    used: int
    left: int
    forecast: int


@dataclass(frozen=True, slots=True)
class BudgetState:
    """Count all windows of a connection; `wait_seconds` is above 0 while nothing at all is granted."""

    windows: tuple[WindowState, ...]
    in_flight: int
    concurrent: int | None
    wait_seconds: float

    @property
    def forecast(self) -> int:
        """Tell how many calls could start within two seconds, whatever the lane."""
        if self.wait_seconds > 2:
            return 0
        return min((window.forecast for window in self.windows), default=1_000)
