"""Find what people asked to be put back in a target and no job has carried out yet."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.tables import RelationMapping, Undo

CONTEXT = "undo"


def wishes(
    session: Session, target_connection_id: int, source_connection_id: int, kind: str, record_id: str
) -> list[tuple[Undo, RelationMapping]]:
    """Return the wishes of a record in one target with their ties, in the order of their roles."""
    rows = session.execute(
        select(Undo, RelationMapping)
        .join(RelationMapping, RelationMapping.id == Undo.mapping_id)
        .where(
            RelationMapping.target_connection_id == target_connection_id,
            RelationMapping.source_connection_id == source_connection_id,
            RelationMapping.kind == kind,
            RelationMapping.source_id == record_id,
        )
        .order_by(RelationMapping.role)
    )
    return [(wish, row) for wish, row in rows]
