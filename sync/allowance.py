"""Read what each connection's windows have left, for plots, pages and metrics; nothing is charged."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from adapters.base import ConnectionInfo
from adapters.budget import Budget
from adapters.outside import Outside

# What was drawn and may still be spent counts in full, as it does in the budget itself.
DRAWN = text("""
SELECT connection_id, "window", sum(calls) AS calls FROM budget_block
WHERE closed_at IS NULL OR closed_at > now() - make_interval(hours => CASE "window" WHEN 'hour' THEN 1 ELSE 24 END)
GROUP BY connection_id, "window"
""")


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """Count one window of one connection."""

    connection_id: int
    connection: str
    window: str
    used: int
    left: int

    @property
    def limit(self) -> int:
        """Return how many calls the window allows."""
        return self.used + self.left


def budget_lines(session: Session, outside: Outside, infos: Iterable[ConnectionInfo]) -> list[BudgetLine]:
    """Return every window of these connections. Raises redis.RedisError.

    Redis knows an hour or day only from the first call after it was emptied; until then PostgreSQL tells.
    """
    found = [line for info in infos for line in _lines(info, outside)]
    if all(line.left for line in found):
        return found
    drawn = {(row.connection_id, row.window): int(row.calls) for row in session.execute(DRAWN)}
    return [_corrected(line, drawn.get((line.connection_id, line.window), 0)) for line in found]


def _lines(info: ConnectionInfo, outside: Outside) -> Sequence[BudgetLine]:
    # After a limit was lowered, Redis may still know of more calls than it allows: no page shows fewer than none used.
    state = Budget.of(info, outside).snapshot()
    return [
        BudgetLine(info.id, info.name, one.name, max(0, one.used), min(one.left, one.used + one.left))
        for one in state.windows
    ]


def _corrected(line: BudgetLine, drawn: int) -> BudgetLine:
    if line.left or line.window not in ("hour", "day"):
        return line
    used = min(line.limit, drawn)
    return BudgetLine(line.connection_id, line.connection, line.window, used, line.limit - used)
