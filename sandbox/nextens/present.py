"""How clients look in an answer: empty fields as null, or not there at all."""

from typing import Any

Record = dict[str, Any]


def shown(record: Record, nulls: str) -> Record:
    """Return a client as it is answered; "mixed" is fixed per record, so that it looks the same each time."""
    whole = nulls == "null" or (nulls == "mixed" and int(record["Id"][-1], 16) % 2)
    return record if whole else filled(record)


def filled(record: Record) -> Record:
    """Return only what is filled, of addresses too."""
    inner = {name: filled(value) if isinstance(value, dict) else value for name, value in record.items()}
    return {name: value for name, value in inner.items() if value not in (None, {})}
