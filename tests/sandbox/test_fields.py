"""Every answer is checked against the vendor's field list: no other key, no other type."""

import re
from typing import Any
from uuid import UUID, uuid4

import pytest

from sandbox.data import Recipe, generate
from sandbox.simplicate import fields as crm
from sandbox.snelstart import fields as books
from tests.sandbox.clients import Simplicate, SnelStart

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?")
STAMP = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d")
DATE = re.compile(r"\d{4}-\d\d-\d\d")


def faults(value: Any, field: Any, path: str = "", loose: bool = False) -> list[str]:
    """List where a value departs from its field; `loose` allows what Simplicate was seen to do."""
    if value is None:
        return []
    if field.kind in ("object", "ref"):
        if loose and path.endswith(".address") and isinstance(value, list):
            (value,) = value
        return members(value, field.members, path, loose)
    if field.kind in ("list", "words"):
        plain = type(field)("enum", words=field.words) if field.kind == "words" else type(field)("str")
        inner = [type(field)("object", members=field.members) if field.members else plain] * len(value)
        return [each for at, item in enumerate(value) for each in faults(item, inner[at], f"{path}[{at}]", loose)]
    return [] if scalar(value, field, loose) else [f"{path}: {value!r} is no {field.kind}"]


KINDS: dict[str, Any] = {
    "str": str,
    "enum": str,
    "int": int,
    "number": (int, float),
    "bool": bool,
    "any": object,
}


def scalar(value: Any, field: Any, loose: bool) -> bool:
    """Say whether a single value is of its kind, within its length and among its words."""
    if getattr(field, "words", ()) and value not in field.words:
        return False
    if (getattr(field, "limit", None) or 10**6) < len(str(value)):
        return False
    if loose and field.kind in ("bool", "int") and isinstance(value, str):
        return value.isdigit()
    if field.kind in ("datetime", "date"):
        shape = DATE if field.kind == "date" else STAMP if " " in value else MOMENT
        return bool(shape.fullmatch(value))
    if field.kind == "uuid":
        return bool(str(UUID(value)) == value)
    fits: bool = isinstance(value, KINDS[field.kind])
    return fits and bool(field.kind in ("bool", "any") or not isinstance(value, bool))


def members(value: Any, table: dict[str, Any], path: str = "", loose: bool = False) -> list[str]:
    """List where an object departs from a table."""
    if not isinstance(value, dict):
        return [f"{path}: {value!r} is no object"]
    unknown = [f"{path}.{name}: unknown" for name in value if name not in table]
    return unknown + [
        each
        for name, item in value.items()
        if name in table
        for each in faults(item, table[name], f"{path}.{name}", loose)
    ]


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ({"naam": "x"}, {"naam": 5}),
        ({"relatiesoort": ["Klant"]}, {"relatiesoort": ["Vriend"]}),
        ({"vestigingsAdres": {"land": None}}, {"vestigingsAdres": {"huisnummer": "1"}}),
        ({"modifiedOn": "2026-01-01T00:00:00.1"}, {"modifiedOn": "2026-01-01T00:00:00Z"}),
        ({"telefoon": "1" * 25}, {"telefoon": "1" * 26}),
        ({"relatiecode": 1}, {"relatiecode": True}),
    ],
)
def test_the_check_itself_can_fail(good: dict[str, Any], bad: dict[str, Any]) -> None:
    assert members(good, books.RELATIE) == []
    assert len(members(bad, books.RELATIE)) == 1


def test_every_snelstart_answer(snelstart: SnelStart) -> None:
    data = generate(Recipe(relations=120, in_books=40))
    snelstart.control("POST", "seed", data.snelstart)
    made = snelstart.create(relatiesoort=["Klant"], naam="x", iban="NL91ABNA0417164300", memo="y")
    path = f"/relaties/{made['id']}"
    custom = {"klantCustomFields": [{"name": "CrmId", "value": "1"}]}
    centre = snelstart.call("POST", "/kostenplaatsen", {"nummer": 1, "omschrijving": "x"}).json()
    ledger, land = snelstart.get("/grootboeken")[0], snelstart.get("/landen")[0]
    for answer, table in (
        (made, books.RELATIE),
        (snelstart.call("PUT", path + "/customFields", custom).json(), books.CUSTOM_FIELDS),
        (snelstart.get(path + "/customFields"), books.CUSTOM_FIELDS),
        (snelstart.get(path), books.RELATIE),
        (snelstart.call("PUT", path, {**made, "naam": "z"}).json(), books.RELATIE),
        *((row, books.RELATIE) for row in snelstart.get("/relaties")),
        (centre, books.KOSTENPLAATS),
        (snelstart.get(f"/kostenplaatsen/{centre['id']}"), books.KOSTENPLAATS),
        (snelstart.call("PUT", f"/kostenplaatsen/{centre['id']}", centre).json(), books.KOSTENPLAATS),
        *((row, books.KOSTENPLAATS) for row in snelstart.get("/kostenplaatsen")),
        *((row, books.GROOTBOEK) for row in snelstart.get("/grootboeken")),
        (snelstart.get(f"/grootboeken/{ledger['id']}"), books.GROOTBOEK),
        *((row, books.LAND) for row in snelstart.get("/landen")),
        (snelstart.get(f"/landen/{land['id']}"), books.LAND),
        *((row, books.DAGBOEK) for row in snelstart.get("/dagboeken")),
        *((row, books.BTWTARIEF) for row in snelstart.get("/btwtarieven")),
        (snelstart.get("/companyInfo"), books.COMPANY_INFO),
        *((row, books.FOUT) for row in snelstart.call("POST", "/relaties", {"naam": ""}).json()),
        *((row, books.FOUT) for row in snelstart.call("GET", f"/relaties/{uuid4()}").json()),
        (snelstart.call("DELETE", path).json(), {}),
    ):
        assert members(answer, table) == []
    for name in ("verkoopboekingen", "inkoopboekingen", "doorlopendeincassomachtigingen"):
        other = snelstart.create()
        assert snelstart.get(f"/relaties/{other['id']}/{name}") == []
    assert snelstart.get("/echo/hallo") == "hallo"


def test_null_and_absent_both_occur(snelstart: SnelStart) -> None:
    for _ in range(30):
        snelstart.create()
    rows = snelstart.get("/relaties")
    assert {"memo" in row for row in rows} == {True, False}
    for mode, shown in (("null", {True}), ("absent", {False})):
        snelstart.control("PUT", "options", {"nulls": mode})
        assert {"memo" in row for row in snelstart.get("/relaties")} == shown


@pytest.mark.parametrize("loose", [True, False])
def test_every_simplicate_answer(simplicate: Simplicate, loose: bool) -> None:
    simplicate.control("PUT", "options", {"unreliable_types": loose})
    simplicate.control("POST", "seed", generate(Recipe(relations=120, in_books=0)).simplicate)
    organization = simplicate.get("/crm/organization", limit="1")["data"][0]
    kind = simplicate.get("/timeline/messagetype")["data"][0]["id"]
    body = {"title": "x", "messagetype_id": kind, "linked_to": {"organization_id": organization["id"]}}
    simplicate.call("POST", "/timeline/message", body)
    for path, table in (
        ("/crm/organization", crm.ORGANIZATION),
        ("/crm/person", crm.PERSON),
        ("/crm/contactperson", crm.CONTACTPERSON),
        ("/crm/relationtype", crm.RELATION_TYPE),
        ("/crm/country", crm.COUNTRY),
        ("/crm/gender", crm.GENDER),
        ("/crm/organizationcustomfields", crm.CUSTOM_FIELD_DEFINITION),
        ("/crm/personcustomfields", crm.CUSTOM_FIELD_DEFINITION),
        ("/timeline/message", crm.MESSAGE),
        ("/timeline/messagetype", crm.MESSAGE_TYPE),
    ):
        listed = simplicate.get(path)
        assert set(listed) == {"data", "errors", "debug"}
        assert listed["data"]
        assert [fault for row in listed["data"] for fault in members(row, table, "", loose)] == []
        if "type" in path or path.endswith(("country", "gender", "fields")):
            continue
        single = simplicate.get(f"{path}/{listed['data'][0]['id']}")["data"]
        assert members(single[0] if isinstance(single, list) else single, table, "", loose) == []
    (error,) = simplicate.call("POST", "/crm/person", {}).json()["errors"]
    assert members(error, crm.ERROR) == []
