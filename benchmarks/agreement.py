"""Hold two CRMs against the books after a storm: nothing lost, nothing twice, the newest everywhere."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.crowd import Member
from benchmarks.world import World

DOUBLE_REASONS = {"review.double_in_crm", "review.taken"}
SPINE_FAILURES = {"sync.lost", "sync.unexpected", "sync.unanswered"}
"""Causes that say that Boekbrug gave up, not that somebody must put something right."""
KINDS: Mapping[str, str] = {"customer": "Klant", "supplier": "Leverancier"}


@dataclass(frozen=True, slots=True)
class Violation:
    """Hold one thing that may not be, with the record or relatie it is about."""

    rule: str
    what: str
    record_id: str = ""
    relatie_id: str = ""


@dataclass
class Books:
    """Hold both sides and the tables between them at one moment."""

    relaties: dict[str, dict[str, Any]]
    mapped: dict[tuple[str, str], str]
    """(record, role) -> relatie, of active mappings."""
    reviews: dict[tuple[str, str], str]
    """(record, role) -> reason, of open reviews."""
    issues: dict[str, list[tuple[str, bool]]]
    """Record -> (cause, blocking) of open issues."""
    held: set[str]
    due: int
    open_intents: list[str]
    stopped: list[str]
    """Connections that may not be called."""

    @classmethod
    def look(cls, world: World) -> "Books":
        """Read everything; the world should be at rest."""
        issues = defaultdict(list)
        for record, cause, blocking in world.rows(
            "SELECT record_id, cause, blocking FROM issue WHERE closed_at IS NULL"
        ):
            issues[record].append((cause, blocking))
        reviews = "SELECT record_id, role, reason FROM review WHERE decision IS NULL AND superseded_at IS NULL"
        mapped = "SELECT source_id, role, target_id FROM relation_mapping WHERE state = 'active'"
        return cls(
            {row["id"]: row for row in world.relaties()},
            {(record, role): target for record, role, target in world.rows(mapped)},
            {(record, role): reason for record, role, reason in world.rows(reviews)},
            issues,
            {row[0] for row in world.rows("SELECT record_id FROM sync_job WHERE state = 'held'")},
            world.count("SELECT count(*) FROM sync_job WHERE state = 'due'"),
            [row[0] for row in world.rows("SELECT source_id FROM write_intent WHERE state = 'open'")],
            [row[0] for row in world.rows("SELECT name FROM connection WHERE state <> 'active'")],
        )


def violations(members: Sequence[Member], books: Books, strangers: set[str]) -> list[Violation]:
    """List everything that is not as promised."""
    return [
        *(each for member in members for each in _of_member(member, books)),
        *(each for member in members if member.twin for each in _of_pair(member, books)),
        *_twice(books, strangers),
        *_held(members, books),
        *(Violation("stopped", f"{name} may not be called") for name in books.stopped),
        *(Violation("open intent", "a write was never settled", record) for record in books.open_intents),
    ]


def _of_member(member: Member, books: Books) -> Iterator[Violation]:
    for role in member.roles:
        target, reason = books.mapped.get((member.id, role)), books.reviews.get((member.id, role))
        if target is not None:
            yield from _newest(member, role, books.relaties.get(target), target)
        elif reason is None:
            yield Violation("lost", f"neither in the books as {role} nor asked about", member.id)
        elif member.twin is None or reason not in DOUBLE_REASONS:
            yield Violation("wrongly asked", f"{role}: {reason}", member.id)


def _newest(member: Member, role: str, relatie: Mapping[str, Any] | None, target: str) -> Iterator[Violation]:
    if relatie is None:
        yield Violation("lost", f"mapped as {role} to a relatie that is not there", member.id, target)
        return
    wanted = expected(member)
    for name, value in wanted.items():
        if relatie.get(name) != value:
            told = f"{name} is {relatie.get(name)!r}, saved last was {value!r}"
            yield Violation("not the newest", told, member.id, target)
    if relatie["relatiesoort"] != [KINDS[role]]:
        yield Violation("wrong role", f"{relatie['relatiesoort']} for {role}", member.id, target)


def expected(member: Member) -> dict[str, Any]:
    """Return the fields of the relatie that the record's last save stands for."""
    values = member.values
    parts = ("first_name", "family_name_prefix", "family_name")
    name = values.get("name") or " ".join(values[part] for part in parts if values.get(part))
    return {"naam": name, "telefoon": values["phone"], "email": values["email"]}


def _of_pair(member: Member, books: Books) -> Iterator[Violation]:
    twin = member.twin
    for role in member.roles if twin is not None else ():
        both = [one for one in (member, twin) if one and (one.id, role) in books.mapped]
        if len(both) != 1:
            yield Violation("double", f"{len(both)} of two twins are mapped as {role}", member.id)


def _twice(books: Books, strangers: set[str]) -> Iterator[Violation]:
    targets = Counter(books.mapped.values())
    own = {key: row for key, row in books.relaties.items() if key not in strangers}
    for key, row in own.items():
        if targets[key] != 1:
            yield Violation("twice", f"{row['naam']} stands there for {targets[key]} records", relatie_id=key)
    numbers = Counter((row["kvkNummer"], *row["relatiesoort"]) for row in own.values() if row.get("kvkNummer"))
    places = Counter((row["naam"], _postcode(row), *row["relatiesoort"]) for row in own.values())
    for value, count in [*numbers.items(), *places.items()]:
        if count > 1:
            yield Violation("twice", f"{count} relaties for {value}")


def _postcode(row: Mapping[str, Any]) -> str:
    return str((row.get("vestigingsAdres") or {}).get("postcode"))


def _held(members: Sequence[Member], books: Books) -> Iterator[Violation]:
    asked = {record for record, _ in books.reviews}
    for record in books.held:
        blocking = [cause for cause, blocks in books.issues.get(record, ()) if blocks]
        if record not in asked and not blocking:
            yield Violation("wrongly held", "without a review or an issue", record)
        if set(blocking) & SPINE_FAILURES:
            yield Violation("wrongly held", ", ".join(blocking), record)
    twins = {member.id for member in members if member.twin}
    for record, found in books.issues.items():
        for cause, blocks in found:
            if blocks and cause not in SPINE_FAILURES and record not in twins:
                yield Violation("wrong issue", cause, record)
    if books.due:
        yield Violation("left over", f"{books.due} jobs are still due")
