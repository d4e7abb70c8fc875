"""Judge the end from the stand-ins' own records: all that is valid stands in the books once, and newest."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from models.tables import Issue, Review
from worker.demo.clients import client_flaws
from worker.demo.plot import Plot

Record = Mapping[str, Any]

SOORTEN = {
    "Klant": ("Klant",),
    "Leverancier": ("Leverancier",),
    "Klant en leverancier": ("Klant", "Leverancier"),
}
"""The CRM's relation type -> kinds of relatie that must stand in the books."""
COMPARED = {"phone": "telefoon", "email": "email"}


@dataclass(frozen=True, slots=True)
class Flaw:
    """Hold one thing that is not as it should be."""

    record_id: str
    nl: str
    en: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """Hold what was checked and what is wrong."""

    checked: int
    relaties: int
    flaws: Sequence[Flaw]


def verify(plot: Plot) -> Verdict:
    """Compare both stand-ins, and see that every trap became a question or an issue."""
    judge = _Judge(plot)
    flaws = [*judge.everything(), *(Flaw(*one) for one in client_flaws(plot.stage))]
    flaws += [Flaw("", f"te laat: {what}", f"too late: {what}") for what in plot.late]
    return Verdict(len(judge.relations), len(judge.relaties), flaws)


class _Judge:
    """Hold both sides' records and the open questions."""

    def __init__(self, plot: Plot) -> None:
        stage = plot.stage
        state = stage.crm.control("GET", "state")
        ids = stage.data["expected"]["ids"]
        relations = [one for kind in ("organization", "person") for one in state[kind] if _type(one) in SOORTEN]
        self.relations: dict[str, Record] = {one["id"]: one for one in relations}
        found = stage.books.control("GET", "state?resource=relaties")["relaties"]
        rows = found.values() if isinstance(found, dict) else found
        self.relaties = [one for one in rows if (one["relatiecode"] or 0) > 0 and "Eigen" not in one["relatiesoort"]]
        self._by_name: dict[tuple[str, str], list[Record]] = {}
        self._by_kvk: dict[tuple[str, str], list[Record]] = {}
        for one in self.relaties:
            for soort in one["relatiesoort"]:
                self._by_name.setdefault((_plain(one["naam"]), soort), []).append(one)
                if one.get("kvkNummer"):
                    self._by_kvk.setdefault((one["kvkNummer"], soort), []).append(one)
        self.wrong = {one for found in ("wrong", "wrong_nextens") for many in ids[found].values() for one in many}
        self.absent = set(ids["wrong"]["long_name"]) | set(ids["unticked"])
        self.pairs = ids["doubles"]
        self.by_name_only = {crm_id for crm_id, _ in ids["in_books"]["name"]}
        with stage.runtime.sessions() as session:
            self.issues = set(session.scalars(select(Issue.record_id).where(Issue.closed_at.is_(None))))
            self.reviews = set(
                session.scalars(
                    select(Review.record_id).where(Review.decision.is_(None), Review.superseded_at.is_(None))
                )
            )

    def everything(self) -> Iterator[Flaw]:
        """Check every relation by what it is."""
        doubles = {one for pair in self.pairs for one in pair}
        for record_id, record in self.relations.items():
            if record_id in self.absent:
                yield from self._absent(record)
            elif record_id in doubles:
                continue
            else:
                yield from self._once(record, compare=record_id not in self.by_name_only)
        for first, second in self.pairs:
            yield from self._pair(first, second)
        yield from self._questions()
        yield from self._numbers()

    def _once(self, record: Record, *, compare: bool) -> Iterator[Flaw]:
        for soort in SOORTEN[_type(record)]:
            found = self._about(record, soort)
            if len(found) != 1:
                yield _flaw(record, f"{len(found)} keer in de boekhouding", f"{len(found)} times in the books", soort)
            elif compare:
                yield from _newest(record, found[0], soort)

    def _about(self, record: Record, soort: str) -> list[Record]:
        """Return the relaties of a kind that are this relation, by its name or its KvK number."""
        named = self._by_name.get((_plain(_name(record)), soort), [])
        numbered = self._by_kvk.get((record.get("coc_code") or "", soort), [])
        return list({one["id"]: one for one in [*named, *numbered]}.values())

    def _pair(self, first: str, second: str) -> Iterator[Flaw]:
        record = self.relations[first]
        for soort in SOORTEN[_type(record)]:
            both = [*self._about(record, soort), *self._about(self.relations[second], soort)]
            count = len({one["id"] for one in both})
            if count != 1:
                yield _flaw(record, f"dubbel in het CRM, {count} keer in de boekhouding",
                            f"double in the CRM, {count} times in the books", soort)  # fmt: skip
        if not {first, second} & self.reviews:
            yield _flaw(record, "dubbel in het CRM en geen vraag", "double in the CRM and no review")

    def _absent(self, record: Record) -> Iterator[Flaw]:
        for soort in SOORTEN[_type(record)]:
            if self._about(record, soort):
                yield _flaw(
                    record,
                    "hoort er niet, toch aangemaakt",
                    "does not belong there, created all the same",
                    soort,
                )

    def _questions(self) -> Iterator[Flaw]:
        for record_id in sorted(self.wrong - self.issues):
            yield _flaw(self.relations[record_id], "fout en geen melding", "wrong and no issue")
        for record_id in sorted(self.by_name_only - self.reviews):
            yield _flaw(self.relations[record_id], "alleen de naam past, en geen vraag",
                        "only the name fits, and no review")  # fmt: skip
        doubles = {one for pair in self.pairs for one in pair}
        for record_id in sorted((self.issues | self.reviews) - self.wrong - self.by_name_only - doubles - {""}):
            if record_id in self.relations:
                yield _flaw(self.relations[record_id], "onverwachte melding of vraag", "unexpected issue or review")

    def _numbers(self) -> Iterator[Flaw]:
        counted = Counter(one["relatiecode"] for one in self.relaties)
        for code, times in counted.items():
            if times > 1:
                yield Flaw("", f"relatiecode {code} staat {times} keer", f"relatiecode {code} stands {times} times")


def _newest(record: Record, relatie: Record, soort: str) -> Iterator[Flaw]:
    if _plain(_name(record)) != _plain(relatie["naam"]):
        yield _flaw(record, "naam is niet de nieuwste", "naam is not the newest", soort)
    for ours, theirs in COMPARED.items():
        if (record.get(ours) or "") != (relatie.get(theirs) or ""):
            yield _flaw(record, f"{theirs} is niet de nieuwste", f"{theirs} is not the newest", soort)


def _flaw(record: Record, nl: str, en: str, soort: str = "") -> Flaw:
    about = f"{_name(record)} {soort}".strip()
    return Flaw(record["id"], f"{about}: {nl}", f"{about}: {en}")


def _type(record: Record) -> str:
    return str((record.get("relation_type") or {}).get("label") or "")


def _name(record: Record) -> str:
    if record.get("name"):
        return str(record["name"])
    parts = (record.get("first_name"), record.get("family_name_prefix"), record.get("family_name"))
    return " ".join(str(part) for part in parts if part)


def _plain(name: str | None) -> str:
    return " ".join((name or "").casefold().split())
