import re
import time
from dataclasses import replace

import pytest

from sandbox.common.numbers import dutch_vat, eleven_proof, iban, kvk
from sandbox.data import Data, Recipe, generate
from tests.sandbox.clients import Simplicate, SnelStart

RECIPE = Recipe(relations=600, in_books=120, clashes=3, unticked=0.05)


@pytest.fixture(scope="module")
def data() -> Data:
    return generate(RECIPE)


def test_the_same_seed_gives_the_same_data(data: Data) -> None:
    assert generate(RECIPE) == data
    assert generate(replace(RECIPE, seed=2)) != data


def test_numbers_are_wrong_only_where_listed(data: Data) -> None:
    wrong = data.expected["ids"]["wrong"]
    for each in data.simplicate["organization"]:
        good = {
            "bad_kvk": kvk(each["coc_code"]),
            "bad_vat": dutch_vat(each["vat_number"].removeprefix("NL")),
            "bad_iban": iban(each["bank_account"]),
            "bad_postcode": bool(re.fullmatch(r"[1-9]\d{3} [A-Z]{2}", each["visiting_address"]["postal_code"])),
            "long_name": len(each["name"]) <= 50,
        }
        assert {kind for kind, fine in good.items() if not fine} == {
            kind for kind, ids in wrong.items() if each["id"] in ids
        }
    assert all(len(ids) == 6 for ids in wrong.values())


def test_persons_have_a_bsn_nobody_can_have(data: Data) -> None:
    numbers = [each["custom"]["bsn"] for each in data.simplicate["person"] if each["custom"]]
    assert len(set(numbers)) == data.expected["counts"]["persons"]
    assert all(eleven_proof(number) and number.startswith("99") for number in numbers)


def test_identifiers_are_shared_only_by_doubles(data: Data) -> None:
    by_kvk: dict[str, list[str]] = {}
    for each in data.simplicate["organization"]:
        by_kvk.setdefault(each["coc_code"], []).append(each["id"])
    shared = sorted(sorted(ids) for ids in by_kvk.values() if len(ids) > 1)
    assert shared == sorted(sorted(pair) for pair in data.expected["ids"]["doubles"])
    assert len(shared) == 12


def test_entries_in_the_books_match_as_listed(data: Data) -> None:
    crm = {each["id"]: each for kind in ("organization", "person") for each in data.simplicate[kind]}
    books = {each["id"]: each for each in data.snelstart["relaties"]}
    found = data.expected["ids"]["in_books"]
    assert {how: len(pairs) for how, pairs in found.items()} == {"kvk": 60, "vat": 30, "name": 30}
    for how, pairs in found.items():
        for key, entry in pairs:
            relation, relatie = crm[key], books[entry]
            assert relatie["kvkNummer"] == (relation["coc_code"] if how == "kvk" else None)
            assert relatie["btwNummer"] == (relation["vat_number"][2:] if how == "vat" else None)
            address = relation.get("visiting_address") or relation["address"]
            assert relatie["vestigingsAdres"]["postcode"] == address["postal_code"]
    numbers = {each["relation_number"] for each in crm.values() if "relation_number" in each}
    clashing = [books[entry]["relatiecode"] for entry in data.expected["ids"]["clashes"]]
    assert len(clashing) == 3
    assert {str(code) for code in clashing} <= numbers


def test_too_many_entries_are_refused() -> None:
    with pytest.raises(ValueError, match="asked for"):
        generate(Recipe(relations=10, in_books=20))


def test_it_is_quick() -> None:
    began = time.process_time()
    generate(Recipe(relations=2000, in_books=400))
    assert time.process_time() - began < 2


def test_both_stand_ins_take_the_seeds(data: Data, snelstart: SnelStart, simplicate: Simplicate) -> None:
    assert snelstart.control("POST", "seed", data.snelstart)["relaties"] == 120
    assert (
        simplicate.control("POST", "seed", data.simplicate)["organization"] == data.expected["counts"]["organizations"]
    )
    ticked = {"q[custom_fields.sync_snelstart]": "1", "metadata": "count"}
    counted = sum(simplicate.get(f"/crm/{kind}", **ticked)["metadata"]["count"] for kind in ("organization", "person"))
    assert data.expected["counts"]["unticked"] == 30
    assert counted == data.expected["counts"]["relations"] - 30
    for relatie in snelstart.get("/relaties", **{"$filter": "Relatiecode gt 0"})[:20]:
        answer = snelstart.call("PUT", f"/relaties/{relatie['id']}", relatie)
        assert answer.status_code == 200, answer.text
