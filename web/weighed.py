"""Turn a weighed question into what a screen shows: lines side by side, masked, and what each answer would do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from models.causes import Language
from models.records import Fields, JsonScalar
from sync.planning import Hold, Update
from sync.reviews import Decision, answers_of, usable
from sync.weighing import State, Weighed, Weighing
from web.comparing import Line, Values, lines
from web.words.fields import field_name

EMPTY = ("", " ")
"""What stands for an empty field."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Say how one identifier compares."""

    identifier: str
    label: str
    verdict: str
    """`agrees`, `differs` or `absent`."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Hold one candidate as it is shown."""

    target_id: str
    source_id: str
    state: State
    name: str = field(repr=False)
    number: str
    active: bool
    roles: tuple[str, ...]
    taken_by: str
    tied_to: str
    usable: bool
    evidence: Sequence[Evidence]
    lines: Sequence[Line] = field(repr=False)
    overwritten: Sequence[str]
    """Names of fields that hold something else now and would be overwritten by using it."""
    filled: Sequence[str]
    """Names of fields that are empty now and would be filled."""
    kept: Sequence[str]
    """Names of fields where the books' own value stays."""
    asked: Sequence[str]
    """Names of fields about which another question would follow."""


@dataclass(frozen=True, slots=True)
class Laid:
    """Hold a whole question as it is shown."""

    candidates: Sequence[Shown]
    own: Sequence[Line] = field(repr=False)
    """The CRM's record by itself, for when there is nothing to lay beside it."""
    answers: Sequence[Decision]
    away: bool


def lay_out(weighing: Weighing, language: Language) -> Laid:
    """Prepare a question for the screen."""
    useful = usable(weighing.review)
    shown = [_shown(weighing, one, one.target_id in useful, language) for one in weighing.candidates]
    mine = weighing.draft.fields if weighing.draft else {}
    own = lines([Values(name, value, value) for name, value in mine.items() if _filled(value)], _equal, language)
    away = any(one.state == "away" for one in shown)
    return Laid(shown, own, answers_of(weighing.review.reason), away)


def _equal(_: str, one: JsonScalar, other: JsonScalar) -> bool:
    return one == other


def _shown(weighing: Weighing, one: Weighed, useful: bool, language: Language) -> Shown:
    plan = one.plan
    changes: Fields = plan.changes if isinstance(plan, Update) else {}
    before: Fields = plan.before if isinstance(plan, Update) else {}
    return Shown(
        one.target_id,
        one.source_id,
        one.state,
        one.name,
        one.number,
        one.active,
        one.roles,
        one.taken_by,
        one.tied_to,
        useful and one.state != "gone",
        [Evidence(name, field_name(name, language), verdict) for name, verdict in one.evidence.items()],
        _lines(weighing, one, changes, language) if one.state == "read" else (),
        _named([name for name in changes if _filled(before.get(name))], language),
        _named([name for name in changes if not _filled(before.get(name))], language),
        _named(getattr(plan, "kept", ()), language),
        _named(plan.fields if isinstance(plan, Hold) else (), language),
    )


def _lines(weighing: Weighing, one: Weighed, changes: Fields, language: Language) -> list[Line]:
    """Lay every field that either side fills beside the other's, in the CRM's order."""
    mine = weighing.draft.fields if weighing.draft else {}
    both = [name for name in {**mine, **one.fields} if _filled(mine.get(name)) or _filled(one.fields.get(name))]
    values = [Values(name, mine.get(name), one.fields.get(name), _will_be(changes, name)) for name in both]
    return lines(values, weighing.sides.target.same, language)


def _will_be(changes: Mapping[str, JsonScalar], name: str) -> JsonScalar:
    if name not in changes:
        return None
    return changes[name] if _filled(changes[name]) else ""


def _filled(value: JsonScalar) -> bool:
    return value is not None and value not in EMPTY


def _named(fields: Sequence[str], language: Language) -> list[str]:
    return [field_name(name, language) for name in fields]
