from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from sandbox.nextens.fields import BEDRIJF, PERSOON, Table
from tests.sandbox.clients import Nextens

BSN, OTHER_BSN, RSIN = "999990019", "999990020", "824467000"
EVA: dict[str, Any] = {
    "Voornaam": "Eva",
    "Tussenvoegsels": "van der",
    "Achternaam": "Bos",
    "Geslacht": "Vrouw",
    "Geboortedatum": "1980-05-06T00:00:00.000Z",
    "Bsn": BSN,
    "EmailAdres": "eva@post.example",
    "Straatnaam": "Kade",
    "Huisnummer": "12",
    "HuisnummerToevoeging": "A",
    "Postcode": "1234 AB",
    "Plaats": "Tiel",
    "LandCode": "NLD",
}
BAKKER: dict[str, Any] = {
    "Naam": "Bakker B.V.",
    "Rsin": RSIN,
    "Iban": "NL23DEMO9572460849",
    "Telefoonnummer": "0205550001",
    "KvkNummer": "01234567",
    "BtwNummer": "NL824467000B01",
    "Bezoekadres": {"Straatnaam": "Kade", "Huisnummer": "12", "Postcode": "1234 AB", "LandCode": "NLD"},
    "Postadres": {"Straatnaam": "Postbus", "Huisnummer": "7", "Postcode": "1234 AC", "LandCode": "NLD"},
}


def find(nextens: Nextens, path: str, **body: Any) -> Any:
    answer = nextens.call("PUT", path, body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def put(nextens: Nextens, kind: str, key: str, body: dict[str, Any]) -> int:
    return nextens.call("PUT", f"/{kind}/{key}", body).status_code


def code(nextens: Nextens, method: str, path: str, body: Any = None) -> tuple[int, str]:
    answer = nextens.call(method, path, body)
    return answer.status_code, answer.json()["Code"]


def test_a_created_person_is_answered_whole_and_read_by_id(nextens: Nextens) -> None:
    answer = nextens.call("POST", "/persoon", EVA)
    assert answer.status_code == 201
    created = answer.json()
    assert {name: created[name] for name in EVA} == EVA
    assert nextens.read("persoon", created["Id"]) == created
    assert created["GewijzigdOp"].endswith("Z")


def test_persons_are_found_by_bsn_and_by_name(nextens: Nextens) -> None:
    key = nextens.create("persoon", **EVA)
    assert find(nextens, "/person/byBsn", Bsn=BSN)["Id"] == key
    parts = {"Voornaam": " eva ", "Tussenvoegsels": "VAN  der", "Achternaam": "bos"}
    assert [each["Id"] for each in find(nextens, "/persoon/byNaam", **parts)] == [key]
    assert [each["Id"] for each in find(nextens, "/persoon/byNaam", Naam="Eva van der Bos")] == [key]
    assert find(nextens, "/persoon/byNaam", Naam="Eva Bos") == []
    assert code(nextens, "PUT", "/person/byBsn", {"Bsn": OTHER_BSN}) == (409, "NIET_GEVONDEN")
    assert nextens.call("PUT", "/person/byBsn", {}).status_code == 400


def test_a_birth_date_leaves_out_who_has_another(nextens: Nextens) -> None:
    born = [None, "1980-01-01", "1981-01-01"]
    keys = [nextens.create("persoon", Achternaam="Bos", Geboortedatum=each) for each in born]
    found = find(nextens, "/persoon/byNaam", Achternaam="Bos", Geboortedatum="1981-01-01")
    assert [each["Id"] for each in found] == [keys[0], keys[2]]
    assert len(find(nextens, "/persoon/byNaam", Achternaam="Bos")) == 3


def test_companies_are_found_by_rsin_and_sub_number_and_by_name(nextens: Nextens) -> None:
    first = nextens.create("bedrijf", **BAKKER)
    second = nextens.create("bedrijf", **BAKKER, Volgnummer=2)
    assert find(nextens, "/bedrijf/byRsin", Rsin=RSIN)["Id"] == first
    assert find(nextens, "/bedrijf/byRsin", Rsin=RSIN, Volgnummer=2)["Id"] == second
    assert code(nextens, "PUT", "/bedrijf/byRsin", {"Rsin": RSIN, "Volgnummer": 3}) == (409, "NIET_GEVONDEN")
    assert [each["Id"] for each in find(nextens, "/bedrijf/byNaam", Naam="bakker  b.v.")] == [first, second]
    nextens.create("bedrijf", Naam="Zonder nummer")
    nextens.create("bedrijf", Naam="Zonder nummer")


def test_the_same_client_cannot_be_created_twice(nextens: Nextens) -> None:
    nextens.create("persoon", **EVA)
    nextens.create("bedrijf", **BAKKER)
    same_number = {"Achternaam": "Ander", "Bsn": BSN}
    same_name = {**EVA, "Bsn": OTHER_BSN, "Voornaam": "eva "}
    for kind, body in (("persoon", same_number), ("persoon", same_name), ("bedrijf", BAKKER)):
        assert code(nextens, "POST", f"/{kind}", body) == (409, "BESTAAT_AL")
    assert nextens.create("persoon", **{**same_name, "Geboortedatum": None})


def test_an_update_may_not_become_another_client(nextens: Nextens) -> None:
    nextens.create("persoon", **EVA)
    other = nextens.create("persoon", Achternaam="Ander")
    assert code(nextens, "PUT", f"/persoon/{other}", {"Achternaam": "Ander", "Bsn": BSN}) == (409, "BESTAAT_AL")
    assert put(nextens, "persoon", other, {"Achternaam": "Ander", "Bsn": OTHER_BSN}) == 204
    assert put(nextens, "persoon", other, {"Achternaam": "Ander", "Bsn": OTHER_BSN}) == 204


def test_an_unknown_id_is_409_whatever_is_asked(nextens: Nextens) -> None:
    for kind in ("persoon", "bedrijf"):
        assert code(nextens, "GET", f"/{kind}/none") == (409, "NIET_GEVONDEN")
        assert code(nextens, "PUT", f"/{kind}/none", {"Naam": "x"}) == (409, "NIET_GEVONDEN")


def test_a_409_may_be_empty(nextens: Nextens) -> None:
    nextens.control("PUT", "options", {"empty_409": True})
    answer = nextens.call("GET", "/persoon/none")
    assert (answer.status_code, answer.content) == (409, b"")


def test_a_put_empties_what_it_leaves_out_but_the_remarks(nextens: Nextens) -> None:
    key = nextens.create("persoon", **EVA, Opmerkingen="Bellen", Voorletters="E.")
    nextens.control("PUT", "options", {"nulls": "null"})
    assert put(nextens, "persoon", key, {"Achternaam": "Bos", "Id": "other"}) == 204
    read = nextens.read("persoon", key)
    filled = {name for name, value in read.items() if value is not None}
    assert filled == {"Id", "GewijzigdOp", "Achternaam", "Opmerkingen"}
    assert read["Id"] == key
    assert put(nextens, "persoon", key, {"Achternaam": "Bos", "Opmerkingen": None}) == 204
    assert nextens.read("persoon", key)["Opmerkingen"] is None


def test_a_put_empties_a_left_out_address(nextens: Nextens) -> None:
    key = nextens.create("bedrijf", **BAKKER)
    assert put(nextens, "bedrijf", key, {**BAKKER, "Postadres": {"Plaats": "Tiel"}}) == 204
    assert nextens.stored("bedrijf", key)["Postadres"]["Straatnaam"] is None
    assert put(nextens, "bedrijf", key, {"Naam": "Bakker B.V."}) == 204
    assert set(nextens.stored("bedrijf", key)["Bezoekadres"].values()) == {None}


def test_every_answer_holds_the_fields_of_the_list_and_no_others(nextens: Nextens) -> None:
    tables: dict[str, tuple[Table, dict[str, Any]]] = {"persoon": (PERSOON, EVA), "bedrijf": (BEDRIJF, BAKKER)}
    for kind, (table, body) in tables.items():
        key = nextens.create(kind, **body)
        nextens.control("PUT", "options", {"nulls": "null"})
        assert nextens.read(kind, key).keys() == table.keys()
        nextens.control("PUT", "options", {"nulls": "absent"})
        sent = {name for name, value in body.items() if value}
        assert nextens.read(kind, key).keys() - {"Id", "GewijzigdOp", "Volgnummer"} == sent
        nextens.control("PUT", "options", {"nulls": "mixed"})
        assert len({tuple(nextens.read(kind, key)) for _ in range(3)}) == 1


def test_unknown_members_are_dropped_and_counted(nextens: Nextens) -> None:
    key = nextens.create("persoon", Achternaam="Bos", Schoenmaat=43, voornaam="Eva")
    assert nextens.stored("persoon", key)["Voornaam"] == "Eva"
    warnings = nextens.control("GET", "stats")["warnings"]
    assert warnings == {"unknown member persoon.Schoenmaat": 1, "other case persoon.voornaam": 1}


def test_there_are_no_lists_unless_switched_on(nextens: Nextens) -> None:
    assert nextens.call("GET", "/persoon").status_code == 404
    assert nextens.call("GET", "/bedrijf").status_code == 404


def test_lists_give_what_changed_in_pages(nextens: Nextens) -> None:
    nextens.control("PUT", "options", {"lists": True})
    rows = [{"Naam": f"N{at}", "GewijzigdOp": f"2026-01-01T00:{at // 60:02}:{at % 60:02}.000Z"} for at in range(250)]
    nextens.control("POST", "seed", {"bedrijf": rows})
    assert len(nextens.get("/bedrijf")) == 100
    pages = [nextens.get("/bedrijf", pagina=str(page), aantal="200") for page in (1, 2, 3)]
    assert [len(page) for page in pages] == [200, 50, 0]
    assert [row["Naam"] for page in pages for row in page] == [f"N{at}" for at in range(250)]
    since = nextens.get("/bedrijf", gewijzigdSinds="2026-01-01T00:04:00Z")
    assert [row["Naam"] for row in since] == [f"N{at}" for at in range(240, 250)]
    assert nextens.get("/bedrijf", gewijzigdSinds="2026-01-01T01:04:00.000+01:00") == since
    key = nextens.create("bedrijf", Naam="Nieuw")
    assert [row["Id"] for row in nextens.get("/bedrijf", gewijzigdSinds="2026-02-01")] == [key]
    assert nextens.get("/persoon") == []
    for wrong in ({"aantal": "201"}, {"aantal": "0"}, {"pagina": "0"}, {"pagina": "x"}, {"gewijzigdSinds": "ooit"}):
        assert nextens.call("GET", "/bedrijf", params=wrong).status_code == 400


def test_a_tax_adviser_edits_by_hand(nextens: Nextens) -> None:
    key = nextens.create("persoon", **EVA)
    before = nextens.read("persoon", key)["GewijzigdOp"]
    nextens.control("POST", "clock_offset", {"seconds": 60})
    edit = {"resource": "persoon", "id": key, "changes": {"Opmerkingen": "Bellen", "Bsn": None}}
    nextens.control("POST", "edit", edit)
    read = nextens.read("persoon", key)
    assert (read["Opmerkingen"], read["Voornaam"]) == ("Bellen", "Eva")
    assert read["GewijzigdOp"] > before
    assert code(nextens, "PUT", "/person/byBsn", {"Bsn": BSN}) == (409, "NIET_GEVONDEN")
    nextens.control("POST", "edit", {"resource": "persoon", "id": key, "delete": True})
    assert code(nextens, "GET", f"/persoon/{key}") == (409, "NIET_GEVONDEN")
    made = nextens.control("POST", "edit", {"resource": "bedrijf", "changes": {"Naam": "Met de hand"}})
    assert nextens.read("bedrijf", made["Id"])["Naam"] == "Met de hand"
    for wrong in ({"resource": "persoon", "id": "none"}, {"resource": "persoon", "changes": {"Naam": "x"}}):
        assert nextens.session.post(f"{nextens.url}/_control/edit", json=wrong, timeout=5).status_code == 400


def test_somebody_may_enter_the_client_just_before_us(nextens: Nextens) -> None:
    nextens.control("PUT", "options", {"race_creates": 1})
    assert code(nextens, "PUT", "/person/byBsn", {"Bsn": BSN}) == (409, "NIET_GEVONDEN")
    assert code(nextens, "POST", "/persoon", EVA) == (409, "BESTAAT_AL")
    found = find(nextens, "/person/byBsn", Bsn=BSN)
    assert (found["Achternaam"], found.get("Plaats")) == ("Bos", None)
    assert nextens.create("persoon", Achternaam="Ander", Bsn=OTHER_BSN)


def test_creates_at_the_same_moment_make_one_client(nextens: Nextens) -> None:
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: nextens.call("POST", "/persoon", EVA).status_code, range(8)))
    assert sorted(statuses) == [201] + [409] * 7


@pytest.mark.parametrize("kind", ["persoon", "bedrijf"])
def test_writes_are_counted_per_record(nextens: Nextens, kind: str) -> None:
    key = nextens.create(kind)
    put(nextens, kind, key, {"Naam": "x", "Achternaam": "x"})
    stats = nextens.control("GET", "stats?records=1")
    assert stats["writes"] == {f"POST {kind}": 1, f"PUT {kind}": 1}
    assert stats["writes_per_record"] == {key: 2}
