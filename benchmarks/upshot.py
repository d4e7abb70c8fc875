"""Hold CRM, books, Nextens and the mail server against each other after a storm, by what stands in each."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks import likeness
from benchmarks.agreement import KINDS, Violation
from benchmarks.crowd import ROLES
from benchmarks.likeness import Record
from benchmarks.office import LINK, TAX_LINK
from benchmarks.taxpayers import BOXES, Member, Population
from benchmarks.world import World

NAMES = {"books": "SnelStart", "tax": "Nextens"}
LINKS = {"books": LINK, "tax": TAX_LINK}
MARKER = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{32}")
OWN_OF_NEXTENS = ("Opmerkingen", "TelefoonnummerMobiel", "Voorletters", "Rechtsvorm")
"""Members that the CRM does not lead in the generated data."""


@dataclass
class Sight:
    """Hold all sides at one moment; the world should be at rest."""

    records: dict[str, Record]
    messages: dict[tuple[str, str], int]
    """(record, target) -> messages on the timeline."""
    relaties: dict[tuple[str, str], list[Record]]
    clients: dict[tuple[str, str], list[Record]]
    by_id: dict[str, Record]
    mails: Counter[str]
    """Marker -> how often that mail arrived."""
    mailed: dict[tuple[str, str], list[tuple[str, str]]]
    """(record, target) -> (marker, state) of the mails that were to be sent."""

    @classmethod
    def look(cls, world: World) -> "Sight":
        """Read everything."""
        state = world.control("crm", "GET", "state")
        held = world.control("tax", "GET", "state")
        clients = [row for kind in ("persoon", "bedrijf") for row in _rows(held[kind])]
        relaties: dict[tuple[str, str], list[Record]] = defaultdict(list)
        by_name: dict[tuple[str, str], list[Record]] = defaultdict(list)
        deleted = set(world.control("books", "GET", "state")["deleted"])
        for relatie in world.relaties():
            if relatie["id"] not in deleted:
                relaties[_books_key(relatie)].append(relatie)
        for row in clients:
            by_name[_client_key(row)].append(row)
        return cls(
            {row["id"]: row for kind in ("organization", "person") for row in _rows(state[kind])},
            Counter(_told(one) for one in _rows(state["message"])),
            relaties,
            by_name,
            {row["Id"]: row for row in clients},
            Counter(_marker(mail) for mail in world.control("mail", "GET", "mails")),
            _mailed(world),
        )


def _rows(found: Any) -> list[Record]:
    return list(found.values()) if isinstance(found, dict) else list(found)


def _told(message: Record) -> tuple[str, str]:
    link = message["linked_to"][0]
    target = next((side for side, name in NAMES.items() if message["title"].endswith(name)), "?")
    return link.get("organization_id") or link.get("person_id"), target


def _marker(mail: Record) -> str:
    headers = {name.casefold(): value for name, value in dict(mail["headers"]).items()}
    found = MARKER.search(str(headers.get("message-id")))
    return found.group().replace("-", "") if found else ""


def _mailed(world: World) -> dict[tuple[str, str], list[tuple[str, str]]]:
    query = "SELECT mail.id, record_id, link.name, mail.state FROM mail JOIN link ON link.id = link_id"
    sides = {name: side for side, name in LINKS.items()}
    found = defaultdict(list)
    for marker, record, link, state in world.rows(query):
        found[record, sides[link]].append((marker.hex, state))
    return found


def _books_key(row: Record) -> tuple[str, str]:
    """Tell relaties apart: companies by their name, of persons there are namesakes."""
    person = not row.get("kvkNummer") and not row.get("btwNummer")
    place = (row.get("vestigingsAdres") or {}).get("postcode") if person else ""
    return likeness.words(row["naam"]).casefold(), likeness.plain(place)


def _client_key(row: Record) -> tuple[str, str]:
    if "Naam" in row:
        return likeness.words(row["Naam"]).casefold(), ""
    parts = (row.get(part) for part in ("Voornaam", "Tussenvoegsels", "Achternaam"))
    return likeness.words(" ".join(part for part in parts if part)).casefold(), likeness.day(row.get("Geboortedatum"))


def violations(population: Population, sight: Sight) -> list[Violation]:
    """List everything that is not as promised at the stand-ins."""
    seen: set[str] = set()
    return [
        *(each for member in population.members for each in _in_books(member, sight, seen)),
        *(each for member in population.members for each in _in_tax(member, population, sight, seen)),
        *(each for member in population.members for each in _told_of(member, sight)),
        *(each for member in population.members for each in _mailed_of(member, sight)),
        *_unordered(sight),
        *_kept(population, sight),
        *_twice(sight),
        *_strangers(population, sight, seen),
    ]


def _in_books(member: Member, sight: Sight, seen: set[str]) -> Iterator[Violation]:
    record = sight.records[member.id]
    place = likeness.place_of(record).get("postal_code") if member.resource == "person" else ""
    found = sight.relaties.get((likeness.name_of(record).casefold(), likeness.plain(place)), [])
    seen |= {row["id"] for row in found}
    if member.refused_by == "books":
        if found:
            yield Violation("written though refused", "in the books", member.id, found[0]["id"])
        return
    wanted = sorted(KINDS[role] for role in ROLES[record["relation_type"]["id"]])
    kinds = sorted(kind for row in found for kind in row["relatiesoort"])
    if kinds != wanted:
        rule = "missing" if len(kinds) < len(wanted) else "twice"
        yield Violation(rule, f"in the books as {kinds}, wanted {wanted}", member.id)
    for row in found:
        for name, held, shown in likeness.in_books(record, row, member.left_out):
            yield Violation("differs", f"books {name}: {held!r}, CRM {shown!r}", member.id, row["id"])


def _in_tax(member: Member, population: Population, sight: Sight, seen: set[str]) -> Iterator[Violation]:
    record = sight.records[member.id]
    born = likeness.day(record.get("date_of_birth")) if member.resource == "person" else ""
    found = sight.clients.get((likeness.name_of(record).casefold(), born), [])
    seen |= {row["Id"] for row in found}
    if member.refused_by == "tax" and member.fault != "taken_rsin":
        if found:
            yield Violation("written though refused", "in Nextens", member.id, found[0]["Id"])
        return
    if len(found) != 1:
        yield Violation("missing" if not found else "twice", f"{len(found)} times in Nextens", member.id)
    rsin = population.rsin_before.get(member.id) or record["custom"].get("rsin")
    for row in found:
        if member.client_id and row["Id"] != member.client_id:
            yield Violation("not recognised", f"{member.client_id} was this client", member.id, row["Id"])
        for name, held, shown in likeness.in_tax(record, row, rsin):
            yield Violation("differs", f"Nextens {name}: {held!r}, CRM {shown!r}", member.id, row["Id"])


def _told_of(member: Member, sight: Sight) -> Iterator[Violation]:
    custom = sight.records[member.id]["custom"]
    for side, box in BOXES.items():
        refused = member.refused_by == side
        told = sight.messages.get((member.id, side), 0)
        if told != refused:
            yield Violation("message", f"{told} messages about {NAMES[side]} ({member.fault or 'valid'})", member.id)
        ticked = str(custom.get(box)).casefold() in ("1", "true")
        if ticked == refused:
            state = "ticked" if ticked else "unticked"
            yield Violation("checkbox", f"{box} is {state} ({member.fault or 'valid'})", member.id)


def _mailed_of(member: Member, sight: Sight) -> Iterator[Violation]:
    for side in BOXES:
        mails = sight.mailed.get((member.id, side), [])
        arrived = sum(sight.mails[marker] for marker, _ in mails)
        if arrived > 1 or any(sight.mails[marker] > 1 for marker, _ in mails):
            yield Violation("mailed twice", f"{arrived} mails about {NAMES[side]}", member.id)
        if len(mails) != (member.refused_by == side):
            yield Violation("mails", f"{len(mails)} to be sent about {NAMES[side]} ({member.fault})", member.id)
        for marker, state in mails:
            if state not in ("sent", "handed") or (state == "sent" and not sight.mails[marker]):
                yield Violation("not mailed", f"{state} about {NAMES[side]}", member.id)


def _unordered(sight: Sight) -> Iterator[Violation]:
    """Look for mails that are about no relation: about a connection, or about nothing that is known."""
    known = {marker for (record, _), mails in sight.mailed.items() if record for marker, _ in mails}
    for marker, count in sight.mails.items():
        if marker not in known:
            yield Violation("mails", f"{count} about no relation")


def _kept(population: Population, sight: Sight) -> Iterator[Violation]:
    """Look whether a client of before lost anything, or anything that only Nextens knows was changed."""
    for key, before in population.before.items():
        after = sight.by_id.get(key)
        if after is None:
            yield Violation("emptied", "the client is gone", relatie_id=key)
            continue
        for name in likeness.emptied(before, after):
            yield Violation("emptied", name, relatie_id=key)
        for name in OWN_OF_NEXTENS:
            if before.get(name) and after.get(name) and before[name] != after[name]:
                yield Violation("overwritten", name, relatie_id=key)


def _twice(sight: Sight) -> Iterator[Violation]:
    """Look for two that are one, whatever the CRM says."""
    clients = list(sight.by_id.values())
    numbers = Counter(row[kind] for row in clients for kind in ("Bsn", "Rsin") if row.get(kind))
    names = Counter(_client_key(row) for row in clients)
    relaties = [row for rows in sight.relaties.values() for row in rows]
    kvk = Counter((row["kvkNummer"], *row["relatiesoort"]) for row in relaties if row.get("kvkNummer"))
    doubled = [*numbers.values(), *names.values(), *kvk.values()]
    yield from (Violation("twice", f"{count} of one number or name") for count in doubled if count > 1)


def _strangers(population: Population, sight: Sight, seen: set[str]) -> Iterator[Violation]:
    """Look for what belongs to nobody."""
    known = {f"vreemde {number} b.v." for number in population.stranger_numbers}
    for rows in (*sight.relaties.values(), *sight.clients.values()):
        for row in rows:
            key = row.get("id") or row.get("Id") or ""
            if key not in seen and str(row.get("Naam")).casefold() not in known:
                yield Violation("nobody's", "belongs to no relation of the CRM", relatie_id=key)


def doubtful_mails(sight: Sight) -> Mapping[str, int]:
    """Count mails by state, and those of which nobody knows whether they arrived by whether they did."""
    found: Counter[str] = Counter()
    for mails in sight.mailed.values():
        for marker, state in mails:
            arrived = "" if state == "sent" else ", arrived" if sight.mails[marker] else ", not arrived"
            found[f"{state}{arrived}"] += 1
    return dict(found)
