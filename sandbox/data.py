"""Make Dutch demo data for all stand-ins: the same seed gives the same data, its traps listed by id.

Run `python -m sandbox.data --relations 300 --in-books 60 --seed 1 --out file.json`.
"""

import argparse
import json
import random
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sandbox import books, taxes, touches, traps
from sandbox.expected import Made
from sandbox.people import Records

Record = dict[str, Any]
#: The last change of the first record, Amsterdam time; each next one is half a minute later.
_FIRST = datetime(2026, 1, 5, 9)  # noqa: DTZ001 - Simplicate's stamps have no zone


@dataclass(frozen=True)
class Recipe:
    """Say how much of what to make; fractions are of all relations.

    What is in Nextens already is a fraction below 1 and a number from there on.
    """

    relations: int = 300
    in_books: int = 60
    seed: int = 1
    persons: float = 0.15
    suppliers: float = 0.2
    both: float = 0.05
    wrong: float = 0.05
    doubles: float = 0.02
    contacts: float = 0.6
    clashes: int = 0
    unticked: float = 0.0
    postal: float = 0.1
    additions: float = 0.1
    wrong_nextens: float = 0.0
    in_nextens_by_number: float = 0.0
    in_nextens_by_name: float = 0.0
    to_nextens: float = 1.0


@dataclass
class Data:
    """Hold what was made: a seed per stand-in, and what to expect of them."""

    simplicate: Record
    snelstart: Record
    nextens: Record
    expected: Record

    def as_json(self) -> Record:
        """Return the parts by name, as the file holds them."""
        return asdict(self)


def generate(recipe: Recipe) -> Data:
    """Make relations, set the traps, and put some of the relations into the books.

    Traps never meet in one record: a wrong one is not doubled, not in both roles and not in the books.
    """
    dice = random.Random(recipe.seed)
    doubles = round(recipe.relations * recipe.doubles)
    records = Records(dice, recipe.suppliers, recipe.contacts)
    persons = round((recipe.relations - doubles) * recipe.persons)
    relations = [records.organization() for _ in range(recipe.relations - doubles - persons)]
    companies = dice.sample(relations, len(relations))
    both = traps.both_roles(companies, round(recipe.relations * recipe.both))
    wrong = traps.wrong(companies, round(recipe.relations * recipe.wrong), dice)
    unticked = traps.unticked(companies, round(recipe.relations * recipe.unticked))
    twins = traps.doubles(companies, doubles, records)
    relations += [records.person() for _ in range(persons)]
    private = relations[len(relations) - persons :]
    relations += [second for _, second in twins]
    number(relations)
    entered = books.enter(companies, private, recipe.in_books, recipe.clashes, dice)
    made = Made(relations, records.contact_persons, both, wrong, unticked, twins, entered)
    finish(made, private, recipe)
    crm, clients = seed_simplicate(relations, records), seed_nextens(made.clients)
    return Data(crm, seed_snelstart(entered), clients, made.expected())


def finish(made: Made, private: list[Record], recipe: Recipe) -> None:
    """Add what the books do not look at, drawn apart, and put some relations into Nextens.

    Only relations without a trap are touched, so none of this meets what a seed gave before.
    """
    dice = random.Random(f"{recipe.seed}/nextens")
    touches.tell_apart(private)
    touches.managers(made.relations, dice)
    made.wrong_nextens = touches.wrong(made.plain(), round(recipe.relations * recipe.wrong_nextens))
    plain = made.plain()
    made.postal = touches.postal([each for each in plain if "name" in each], recipe.postal, dice)
    touches.additions(plain, recipe.additions, dice)
    counts = {how: _number(getattr(recipe, f"in_nextens_by_{how}"), recipe.relations) for how in taxes.HOW}
    made.clients = taxes.enter(made.plain(in_books=True), counts, dice)
    first = [each["id"] for found in made.wrong_nextens.values() for each in found]
    first += [each.crm_id for each in made.clients]
    # By the random part of their ids, so that persons and companies take turns.
    first += sorted((each["id"] for each in made.plain()), key=lambda key: key.rpartition(":")[2])
    made.to_nextens = touches.tick_some(made.relations, first, round(recipe.relations * recipe.to_nextens))


def _number(value: float, relations: int) -> int:
    return round(value if value >= 1 else value * relations)


def number(relations: list[Record]) -> None:
    """Give every relation its number in the CRM and a moment of last change, in their order."""
    for at, relation in enumerate(relations):
        stamp = (_FIRST + timedelta(seconds=30 * at)).strftime("%Y-%m-%d %H:%M:%S")
        relation |= {"relation_number": str(10001 + at), "created_at": stamp, "updated_at": stamp}


def seed_simplicate(relations: list[Record], records: Records) -> Record:
    """Return the seed of the Simplicate stand-in."""
    return {
        "organization": [each for each in relations if "name" in each],
        "person": [each for each in relations if "name" not in each] + records.contact_persons,
        "contactperson": records.links,
    }


def seed_snelstart(entered: list[books.Entry]) -> Record:
    """Return the seed of the SnelStart stand-in, with an extra field for the CRM's id."""
    return {
        "relaties": [entry.relatie for entry in entered],
        "extra_fields": {"Klant": {"CrmId": "Text"}, "Leverancier": {"CrmId": "Text"}},
    }


def seed_nextens(clients: list[taxes.Client]) -> Record:
    """Return the seed of the Nextens stand-in."""
    return {kind: [each.record for each in clients if each.kind == kind] for kind in ("persoon", "bedrijf")}


def main() -> None:
    """Parse the command line and write the file."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.data", description=__doc__)
    for each in fields(Recipe):
        name = "--" + each.name.replace("_", "-")
        parser.add_argument(name, type=type(each.default), default=each.default)
    parser.add_argument("--out", required=True)
    given = vars(parser.parse_args())
    out = Path(given.pop("out"))
    data = generate(Recipe(**given))
    out.write_text(json.dumps(data.as_json(), ensure_ascii=False))
    print(json.dumps(data.expected["counts"]))


if __name__ == "__main__":
    main()
