"""Make and drop the monthly partitions of the tables that grow for ever."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, text

PARTITIONED = {"change_event": "received_at", "sync_log": "at"}
"""Table -> partition column; retention drops a partition instead of deleting rows."""


def month_after(moment: datetime, months: int) -> datetime:
    """Return the first moment of the month that lies `months` after a moment's month."""
    index = moment.year * 12 + moment.month - 1 + months
    return datetime(index // 12, index % 12 + 1, 1, tzinfo=UTC)


def partition_name(table: str, month: datetime) -> str:
    """Name the partition of one month: `sync_log_p202611`."""
    return f"{table}_p{month:%Y%m}"


def ensure_partitions(connection: Connection, now: datetime, ahead: int = 3) -> list[str]:
    """Create the partitions from last month to `ahead` months on; existing ones are left alone."""
    made = []
    for table in PARTITIONED:
        for offset in range(-1, ahead + 1):
            start, end = month_after(now, offset), month_after(now, offset + 1)
            name = partition_name(table, start)
            if connection.scalar(text("SELECT to_regclass(:name)"), {"name": name}) is None:
                connection.execute(
                    text(
                        f"CREATE TABLE IF NOT EXISTS {name} PARTITION OF {table} "
                        f"FOR VALUES FROM ('{start:%Y-%m-%d}') TO ('{end:%Y-%m-%d}')"
                    )
                )
                made.append(name)
    return made


def drop_partitions(connection: Connection, before: datetime, tables: Sequence[str] = tuple(PARTITIONED)) -> list[str]:
    """Drop whole months that ended before a moment. Returns their names."""
    rows = connection.execute(
        text(
            "SELECT child.relname FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid "
            "JOIN pg_class parent ON parent.oid = inhparent WHERE parent.relname = ANY(:tables)"
        ),
        {"tables": list(tables)},
    )
    limit = f"{before:%Y%m}"
    old = [name for (name,) in rows if name.rsplit("_p", 1)[-1] < limit]
    for name in old:
        connection.execute(text(f"DROP TABLE {name}"))
    return old
