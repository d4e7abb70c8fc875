"""Decide which target record a source record is, from evidence alone; everything doubtful is a person's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Verdict = Literal["agrees", "differs", "absent"]

STRONG = ("crm_id", "bsn", "rsin", "kvk", "vat")
"""Identifiers that may link by themselves."""
LEGAL = ("bsn", "rsin", "kvk", "vat")
"""Identifiers that contradict a match even where the link may not match by them."""
NAME = "name_postcode"
"""Exact name with postcode: it confirms a number, it never links alone."""
EXACT_NAME = "exact_name"
"""The whole name, where a target and the link let it link by itself."""
NAMES = (NAME, EXACT_NAME)
BIRTH_DATE = "birth_date"
"""It tells people of one name apart."""
NUMBER = "number"
"""A relation number never links alone: the CRM's and the target's are two series."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Hold one target record that shares at least one identifier, with how all of them compare."""

    target_id: str
    verdicts: Mapping[str, Verdict]
    active: bool = True
    taken_by: str | None = None
    """Another source record that is mapped to it in this role."""

    def agrees(self, name: str) -> bool:
        """Tell whether an identifier is on both sides and equal."""
        return self.verdicts.get(name) == "agrees"


@dataclass(frozen=True, slots=True)
class Linked:
    """Link to exactly one record, because of these identifiers."""

    target_id: str
    matched_by: str
    evidence: Mapping[str, Verdict]


@dataclass(frozen=True, slots=True)
class NoMatch:
    """Create: nothing in the target looks like it. `number_taken` when the CRM's number is another's there."""

    number_taken: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """Hold one possible counterpart with its evidence; a source record when the CRM itself holds a double."""

    evidence: Mapping[str, Verdict]
    target_id: str | None = None
    source_id: str | None = None


@dataclass(frozen=True, slots=True)
class Doubtful:
    """Ask a person, for a stated reason (code of a cause)."""

    reason: str
    candidates: Sequence[Candidate] = field(default=())


Match = Linked | NoMatch | Doubtful


def match(hits: Sequence[Hit], allowed: Sequence[str], twins: Mapping[str, Sequence[str]]) -> Match:
    """Judge the hits of one role. `twins`: identifier -> other source records that carry the same value."""
    strong = [name for name in STRONG if name in allowed]
    by_identifier = [hit for hit in hits if any(hit.agrees(name) for name in strong)]
    if by_identifier:
        return _by_identifier(by_identifier, strong, twins)
    return _by_number_or_name(hits, allowed)


def _by_identifier(hits: Sequence[Hit], strong: Sequence[str], twins: Mapping[str, Sequence[str]]) -> Match:
    active = [hit for hit in hits if hit.active]
    if not active:
        return _doubt("review.inactive", hits)
    if len(active) > 1:
        return _doubt("review.several", active)
    hit = active[0]
    agreeing = [name for name in strong if hit.agrees(name)]
    if any(hit.verdicts.get(name) == "differs" for name in (*strong, *LEGAL)):
        return _doubt("review.contradiction", active)
    shared = [name for name in agreeing if twins.get(name)]
    if shared:
        doubles = sorted({source for name in shared for source in twins[name]})
        return Doubtful(
            "review.double_in_crm",
            [
                _candidate(hit),
                *(Candidate(dict.fromkeys(shared, "agrees"), source_id=one) for one in doubles),
            ],
        )
    return _unless_taken(hit, agreeing[0])


def _by_number_or_name(hits: Sequence[Hit], allowed: Sequence[str]) -> Match:
    active = [hit for hit in hits if hit.active]
    both = [hit for hit in active if hit.agrees(NUMBER) and hit.agrees(NAME) and _uncontradicted(hit)]
    if len(both) == 1 and "relation_number" in allowed:
        return _unless_taken(both[0], "relation_number")
    named = [hit for hit in active if _name_of(hit) and not _somebody_else(hit)]
    alike = [hit for hit in named if _uncontradicted(hit)]
    if len(named) == len(alike) == 1 and (_name_of(alike[0]) in allowed or alike[0].taken_by is not None):
        return _unless_taken(alike[0], _name_of(alike[0]))
    if alike:
        return _doubt("review.name_only", named)
    if any(hit.agrees(EXACT_NAME) for hit in named):
        return _doubt("review.contradiction", named)
    return NoMatch(number_taken=any(hit.agrees(NUMBER) for hit in hits))


def _name_of(hit: Hit) -> str:
    """Name the rule by which its name agrees; empty where it does not."""
    return next((name for name in NAMES if hit.agrees(name)), "")


def _somebody_else(hit: Hit) -> bool:
    """Tell whether one of the same name is known to be another: born on another day."""
    return hit.verdicts.get(BIRTH_DATE) == "differs"


def _uncontradicted(hit: Hit) -> bool:
    return not any(hit.verdicts.get(name) == "differs" for name in STRONG)


def _unless_taken(hit: Hit, matched_by: str) -> Match:
    if hit.taken_by is None:
        return Linked(hit.target_id, matched_by, dict(hit.verdicts))
    twin = Candidate({matched_by: "agrees"}, source_id=hit.taken_by)
    return Doubtful("review.taken", [_candidate(hit), twin])


def _candidate(hit: Hit) -> Candidate:
    return Candidate(dict(hit.verdicts), target_id=hit.target_id)


def _doubt(reason: str, hits: Sequence[Hit]) -> Doubtful:
    return Doubtful(reason, [_candidate(hit) for hit in hits])
