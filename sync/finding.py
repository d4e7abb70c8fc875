"""Look a relation up in the target's index, refreshed first where the answer would lead to a create."""

from adapters.base import Identity
from models.records import Relation
from models.words import Role
from sync import index, twins
from sync.freshness import ensure_fresh, serves
from sync.matching import Linked, Match, match
from sync.work import Work


def find_match(work: Work, relation: Relation, role: Role) -> Match:
    """Match on what the index knows; only a plain link is trusted if that is not known to be fresh."""
    identity = work.target.identity(relation)
    fresh = serves(work.outside, work.target_info.id, work.lane)
    found = look(work, role, identity)
    if fresh or isinstance(found, Linked):
        return found
    ensure_fresh(work.outside, work.target, work.lane)
    return look(work, role, identity)


def look(work: Work, role: Role, identity: Identity) -> Match:
    """Match on what the index knows now, without any call."""
    outside = work.outside
    with outside.sessions.begin() as session:
        hits = index.find(session, outside.vault, work.target_info.id, role, identity, work.owner)
        others = twins.twins_of(session, outside.vault, work.link.id, work.lease.record_id, role, identity)
    return match(hits, work.rules.match, others)
