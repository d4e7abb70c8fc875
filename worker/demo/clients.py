"""Judge Nextens from the stand-ins' own records: every ticked relation is one client there, every wrong one none."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from worker.demo.stage import Stage

Record = Mapping[str, Any]
NUMBERS = {"persoon": ("bsn", "Bsn"), "bedrijf": ("rsin", "Rsin")}
"""Kind of client -> custom field in the CRM, field in Nextens."""


def client_flaws(stage: Stage) -> Iterator[tuple[str, str, str]]:
    """Yield record id and both sentences of each flaw."""
    ids = stage.data["expected"]["ids"]
    refused = {one for many in ids["wrong_nextens"].values() for one in many}
    told = Counter(_linked(one) for one in stage.crm.control("GET", "state?resource=message")["message"])
    state = stage.tax.control("GET", "state")
    held = {kind: Counter(one[theirs] for one in state[kind]) for kind, (_, theirs) in NUMBERS.items()}
    for record in _records(stage):
        kind = "persoon" if record["id"].startswith("person:") else "bedrijf"
        number = record["custom"].get(NUMBERS[kind][0])
        found = held[kind][number] if number else sum(_same(record, one) for one in state[kind])
        if record["id"] in refused:
            yield from _of_refused(record, found, told[record["id"]])
        elif record["custom"].get("sync_nextens") == "1" and found != 1:
            yield record["id"], f"{found} keer in Nextens", f"{found} times in Nextens"


def _records(stage: Stage) -> list[Record]:
    state = stage.crm.control("GET", "state")
    return [one for kind in ("organization", "person") for one in state[kind]]


def _linked(message: Record) -> str:
    return next((value for link in message["linked_to"] for value in link.values() if ":" in str(value)), "")


def _same(record: Record, client: Record) -> bool:
    parts = (client.get("Voornaam"), client.get("Tussenvoegsels"), client.get("Achternaam"))
    there = client.get("Naam") or " ".join(part for part in parts if part)
    names = (record.get("first_name"), record.get("family_name_prefix"), record.get("family_name"))
    here = record.get("name") or " ".join(name for name in names if name)
    return bool(here.casefold() == there.casefold())


def _of_refused(record: Record, found: int, messages: int) -> Iterator[tuple[str, str, str]]:
    if found:
        yield record["id"], "geweigerd, toch in Nextens", "refused, yet in Nextens"
    if messages != 1:
        yield record["id"], f"{messages} berichten op de tijdlijn", f"{messages} messages on the timeline"
    if record["custom"].get("sync_nextens") == "1":
        yield record["id"], "geweigerd, nog aangevinkt", "refused, still ticked"
