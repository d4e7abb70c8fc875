"""Read what a target holds: all of its list, or, where there is none, what we are tied to, one by one."""

from collections.abc import Iterator, Sequence
from functools import partial

from sqlalchemy import select

from adapters.base import TargetRecord
from adapters.outside import Outside
from models.tables import RelationMapping
from models.words import MappingState
from sync import freshness, index
from sync.candidates import BATCH, Sides
from sync.locating import read_or_none
from sync.patience import patient


def records_of(outside: Outside, sides: Sides) -> Iterator[Sequence[TargetRecord]]:
    """Yield the target's records some hundred at a time; strangers are seen only where there is a list."""
    if sides.target.listed:
        yield from freshness.read_all(outside, sides.target)
        return
    ids = _tied(outside, sides)
    for start in range(0, len(ids), BATCH):
        found = [patient(partial(read_or_none, sides.target, one)) for one in ids[start : start + BATCH]]
        records = [record for record in found if record is not None]
        with outside.sessions.begin() as session:
            index.store(session, outside.vault, sides.target.info.id, records)
        yield records


def _tied(outside: Outside, sides: Sides) -> list[str]:
    query = select(RelationMapping.target_id).where(
        RelationMapping.target_connection_id == sides.target.info.id,
        RelationMapping.source_connection_id == sides.source.info.id,
        RelationMapping.state == MappingState.ACTIVE,
    )
    with outside.sessions.begin() as session:
        return list(session.scalars(query.distinct().order_by(RelationMapping.target_id)))
