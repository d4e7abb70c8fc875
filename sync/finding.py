"""Look a relation up in its target, so that only what is not there is created."""

from collections.abc import Collection

from adapters.base import Identity, Searched
from models.records import Relation
from models.words import Role
from sync import index, twins
from sync.freshness import ensure_fresh, serves
from sync.matching import Linked, Match, match
from sync.work import Work


def find_match(work: Work, relation: Relation, role: Role, *, thorough: bool = False) -> Match:
    """Match on the index where the target can be listed, else on what a search finds.

    Of the index only a plain link is trusted if it is not known to be fresh.
    """
    identity = work.target.identity(relation)
    if not work.target.listed:
        return _searched(work, role, identity, thorough)
    fresh = serves(work.outside, work.target_info.id, work.lane)
    found = look(work, role, identity)
    if fresh or isinstance(found, Linked):
        return found
    ensure_fresh(work.outside, work.target, work.lane)
    return look(work, role, identity)


def _searched(work: Work, role: Role, identity: Identity, thorough: bool) -> Match:
    """Ask the target itself; what the index still holds of others is out of date."""
    if not isinstance(work.target, Searched):
        raise TypeError("a target is listed or searched")
    found = work.target.search(identity, thorough=thorough)
    with work.outside.sessions.begin() as session:
        index.store(session, work.outside.vault, work.target_info.id, found)
    work.searched |= {record.id: record for record in found}
    return look(work, role, identity, {record.id for record in found})


def look(work: Work, role: Role, identity: Identity, among: Collection[str] | None = None) -> Match:
    """Match on what the index knows now, without any call."""
    outside = work.outside
    with outside.sessions.begin() as session:
        hits = index.find(session, outside.vault, work.target_info.id, role, identity, work.owner, among)
        others = twins.twins_of(session, outside.vault, work.link.id, work.lease.record_id, role, identity)
    return match(hits, work.rules.match, others)
