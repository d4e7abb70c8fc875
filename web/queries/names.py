"""Find the names of relations by link and record, wherever one is kept; for a person's screen only."""

from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.orm import Session

from models.vault import Vault
from sync.labels import names

NAMES = text("""
SELECT link.id AS link_id, kind, mapping.source_id AS record_id, label
FROM link JOIN relation_mapping AS mapping ON mapping.source_connection_id = link.source_id
    AND mapping.target_connection_id = link.target_id
WHERE link.id = ANY(CAST(:links AS bigint[])) AND kind = 'relation'
    AND mapping.source_id = ANY(CAST(:records AS text[])) AND label IS NOT NULL
UNION ALL
SELECT link_id, kind, record_id, label FROM review
WHERE link_id = ANY(CAST(:links AS bigint[])) AND kind = 'relation' AND record_id = ANY(CAST(:records AS text[]))
    AND superseded_at IS NULL AND label IS NOT NULL
UNION ALL
SELECT link_id, kind, record_id, label FROM issue
WHERE link_id = ANY(CAST(:links AS bigint[])) AND kind = 'relation' AND record_id = ANY(CAST(:records AS text[]))
    AND closed_at IS NULL AND label IS NOT NULL
""")
"""What is tied has its name with the tie; what is not yet, with the question or the issue that keeps it waiting."""

Place = tuple[int, str]
"""Link and record id."""


def names_at(session: Session, vault: Vault, places: Collection[Place]) -> dict[Place, str]:
    """Return the names that are known, in three statements however many places."""
    if not places:
        return {}
    asked = {"links": sorted({link for link, _ in places}), "records": sorted({record for _, record in places})}
    labelled = session.execute(NAMES, asked).all()
    return {(link, record): name for (link, _, record), name in names(session, vault, labelled).items()}
