import re
from collections import Counter
from typing import Any

import pytest

from sandbox import touches
from sandbox.common.numbers import eleven_proof
from sandbox.data import Data, Recipe, generate
from sandbox.taxes import name
from tests.sandbox.clients import Nextens

RECIPE = Recipe(
    relations=600,
    in_books=60,
    persons=0.5,
    unticked=0.05,
    wrong_nextens=0.02,
    in_nextens_by_number=0.05,
    in_nextens_by_name=20,
)


@pytest.fixture(scope="module")
def data() -> Data:
    return generate(RECIPE)


@pytest.fixture(scope="module")
def crm(data: Data) -> dict[str, Any]:
    return {each["id"]: each for kind in ("organization", "person") for each in data.simplicate[kind]}


@pytest.fixture(scope="module")
def clients(data: Data) -> dict[str, Any]:
    return {each["Id"]: each for kind in ("persoon", "bedrijf") for each in data.nextens[kind]}


def address(relation: dict[str, Any]) -> str:
    return str((relation.get("visiting_address") or relation["address"])["line_1"])


def test_every_relation_is_ticked_for_both_targets_or_for_none(data: Data, crm: dict[str, Any]) -> None:
    ticks = {(each["custom"].get("sync_snelstart"), each["custom"].get("sync_nextens")) for each in crm.values()}
    assert ticks == {("1", "1"), ("0", "0"), (None, None)}
    for key in data.expected["ids"]["unticked"]:
        assert crm[key]["custom"]["sync_nextens"] == "0"


def test_clients_match_as_listed(data: Data, crm: dict[str, Any], clients: dict[str, Any]) -> None:
    found = data.expected["ids"]["in_nextens"]
    assert {how: len(pairs) for how, pairs in found.items()} == {"number": 30, "name": 20}
    assert data.expected["counts"]["in_nextens"] == {"number": 30, "name": 20}
    for how, pairs in found.items():
        for key, client in pairs:
            relation, record = crm[key], clients[client]
            number = relation["custom"].get("bsn") or relation["custom"]["rsin"]
            assert (record.get("Bsn") or record.get("Rsin")) == (number if how == "number" else None)
            assert record.get("Naam", relation.get("name")) == relation.get("name")
            assert record.get("Achternaam", relation.get("family_name")) == relation.get("family_name")


def test_half_are_persons_and_some_of_those_lack_a_birth_date(data: Data, clients: dict[str, Any]) -> None:
    assert [len(data.nextens[kind]) for kind in ("persoon", "bedrijf")] == [25, 25]
    by_name = {client for _, client in data.expected["ids"]["in_nextens"]["name"]}
    dated = Counter(bool(each["Geboortedatum"]) for each in data.nextens["persoon"] if each["Id"] in by_name)
    assert dated[True] and dated[False]


def test_a_name_that_leads_to_a_client_is_nobody_elses() -> None:
    many = generate(Recipe(2000, in_books=0, persons=1.0, wrong=0, doubles=0, both=0, in_nextens_by_name=1000))
    names = Counter(map(name, many.simplicate["person"]))
    assert max(names.values()) > 1
    crm = {each["id"]: each for each in many.simplicate["person"]}
    taken = [key for key, _ in many.expected["ids"]["in_nextens"]["name"]]
    assert len(taken) == 1000
    assert all(names[name(crm[key])] == 1 for key in taken)


def test_what_only_nextens_knows_is_filled_there(data: Data, clients: dict[str, Any]) -> None:
    only = data.expected["ids"]["nextens_only"]
    assert only.keys() == clients.keys()
    assert all(each.items() <= clients[key].items() for key, each in only.items())
    assert {field for each in only.values() for field in each} == {
        "Opmerkingen",
        "Rechtsvorm",
        "Voorletters",
        "TelefoonnummerMobiel",
    }


def test_wrong_ones_are_wrong_only_where_listed(data: Data, crm: dict[str, Any]) -> None:
    wrong = data.expected["ids"]["wrong_nextens"]
    assert {kind: len(ids) for kind, ids in wrong.items()} == dict.fromkeys(touches.WRONG, 4)
    for key, each in crm.items():
        if "relation_number" not in each:
            continue
        good = {
            "bad_rsin": eleven_proof(each["custom"].get("rsin", "824467000")),
            "bad_bsn": eleven_proof(each["custom"].get("bsn", "824467000")),
            "bad_address": bool(re.search(r" \d+", address(each))),
        }
        assert {kind for kind, fine in good.items() if not fine} == {k for k, ids in wrong.items() if key in ids}
    special = {key for ids in wrong.values() for key in ids}
    assert not special & {key for pairs in data.expected["ids"]["in_nextens"].values() for key, _ in pairs}


def test_some_receive_their_post_elsewhere_and_some_only_have_the_address(data: Data, crm: dict[str, Any]) -> None:
    elsewhere = [each for each in crm.values() if "postal_address" in each]
    ticked = {each["id"] for each in elsewhere if each["has_different_postal_address"]}
    assert ticked == set(data.expected["ids"]["postal"])
    assert 0 < len(ticked) < len(elsewhere)
    assert all(each["postal_address"] != each["visiting_address"] for each in elsewhere)


def test_some_house_numbers_have_an_addition(crm: dict[str, Any]) -> None:
    lines = [address(each) for each in crm.values() if "relation_number" in each]
    with_addition = [line for line in lines if re.search(r"\d+\D+$|\d-\d+$", line)]
    assert 20 < len(with_addition) < 100


def test_no_two_persons_share_name_and_birth_date() -> None:
    eva = {"first_name": "Eva", "family_name_prefix": None, "family_name": "Bos", "date_of_birth": "1980-12-31"}
    persons = [dict(eva), {**eva, "first_name": "Iris"}, dict(eva), dict(eva)]
    touches.tell_apart(persons)
    assert [each["date_of_birth"] for each in persons] == ["1980-12-31", "1980-12-31", "1981-01-01", "1981-01-02"]


def test_managers_are_named(crm: dict[str, Any]) -> None:
    managers = Counter(each.get("relation_manager", {}).get("name") for each in crm.values())
    assert set(managers) == {None, "Sanne Demo", "Thijs Voorbeeld", "Noor Proef"}


def test_too_many_clients_are_refused() -> None:
    with pytest.raises(ValueError, match="asked for"):
        generate(Recipe(relations=10, in_books=0, in_nextens_by_number=20))


def test_the_stand_in_takes_its_part_and_its_own_checks_pass_on_it(data: Data, nextens: Nextens) -> None:
    assert nextens.control("POST", "seed", data.nextens) == {"persoon": 25, "bedrijf": 25}
    for kind, rows in nextens.control("GET", "state").items():
        for row in rows:
            answer = nextens.call("PUT", f"/{kind}/{row['Id']}", row)
            assert answer.status_code == 204, answer.text
            after = nextens.stored(kind, row["Id"])
            assert {**after, "GewijzigdOp": row["GewijzigdOp"]} == row
