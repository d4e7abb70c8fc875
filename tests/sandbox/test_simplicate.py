import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.sandbox.clients import Simplicate


def labels(client: Simplicate) -> dict[str, str]:
    return {each["label"]: each["id"] for each in client.get("/crm/relationtype")["data"]}


def test_both_headers_are_needed(simplicate: Simplicate) -> None:
    for headers in (
        {},
        {"Authentication-Key": "sandbox-key"},
        {**simplicate.headers, "Authentication-Secret": "x"},
    ):
        simplicate.headers = headers
        assert simplicate.call("GET", "/crm/person").status_code == 401


def test_create_answers_200_with_an_id_only(simplicate: Simplicate) -> None:
    answer = simplicate.call("POST", "/crm/organization", {"name": "Jansen B.V."})
    assert answer.status_code == 200
    data = answer.json()["data"]
    assert list(data) == ["id"]
    assert re.fullmatch(r"organization:[0-9a-f]{32}", data["id"])


def test_put_changes_only_what_is_sent(simplicate: Simplicate) -> None:
    simplicate.control("PUT", "options", {"unreliable_types": False})
    address = {"line_1": "Kade 1", "postal_code": "1234 AB", "country_code": "NL"}
    key = simplicate.create("organization", name="Oud", phone="020", visiting_address=address)
    answer = simplicate.call(
        "PUT", f"/crm/organization/{key}", {"name": "Nieuw", "visiting_address": {"locality": "Goes"}}
    )
    assert answer.json() == {"data": {"id": key}, "errors": None, "debug": None}
    read = simplicate.read("organization", key)
    assert (read["name"], read["phone"]) == ("Nieuw", "020")
    assert (read["visiting_address"]["line_1"], read["visiting_address"]["locality"]) == ("Kade 1", "Goes")


def test_delete_is_silent_and_gone(simplicate: Simplicate) -> None:
    key = simplicate.create("person", family_name="Bakker")
    answer = simplicate.call("DELETE", f"/crm/person/{key}")
    assert answer.json() == {"data": None, "errors": None, "debug": None}
    assert simplicate.call("GET", f"/crm/person/{key}").status_code == 404
    assert simplicate.call("GET", "/crm/person/nonsense").status_code == 422


def test_stamps_are_amsterdam_time_to_the_second(simplicate: Simplicate) -> None:
    stamp = simplicate.read("organization", simplicate.create("organization", name="x"))["updated_at"]
    here = datetime.strptime(stamp, "%Y-%m-%d %H:%M:%S").replace(tzinfo=ZoneInfo("Europe/Amsterdam"))
    assert abs((datetime.now(ZoneInfo("Europe/Amsterdam")) - here).total_seconds()) < 5


def test_an_unknown_resource_is_400(simplicate: Simplicate) -> None:
    assert simplicate.call("GET", "/hours/timesheet").status_code == 400


@pytest.mark.parametrize("shape", ["object", "batch", "string", "message", "plain"])
def test_each_shape_of_an_error(simplicate: Simplicate, shape: str) -> None:
    simplicate.control("PUT", "options", {"error_shape": shape})
    answer = simplicate.call("POST", "/crm/organization", {"phone": "020"})
    assert answer.status_code == 400
    if shape == "plain":
        assert answer.text == "name is required"
    elif shape == "message":
        assert answer.json() == {"message": "name is required"}
    else:
        (error,) = answer.json()["errors"]
        assert error == "name is required" if shape == "string" else True
        assert error["error"]["type"] == "Validation" if shape == "batch" else True
        assert error["code"] == 400 if shape == "object" else True


def test_types_are_unreliable_and_values_absent(simplicate: Simplicate) -> None:
    for at in range(40):
        simplicate.create("person", family_name=f"P{at}", address={"line_1": "Kade 1", "country_code": "NL"})
    people = simplicate.get("/crm/person")["data"]
    assert {type(each["is_active"]) for each in people} == {bool, str}
    assert {type(each["address"]) for each in people} == {dict, list}
    assert {"note" in each for each in people} == {True, False}
    assert simplicate.get("/crm/person")["data"] == people
    address = people[0]["address"]
    assert (address[0] if isinstance(address, list) else address)["country"] == "Country_The Netherlands"
    simplicate.control("PUT", "options", {"unreliable_types": False})
    people = simplicate.get("/crm/person")["data"]
    assert {type(each["is_active"]) for each in people} == {bool}
    assert {type(each["address"]) for each in people} == {dict}


def test_zero_stamps_occur(simplicate: Simplicate) -> None:
    seed = [{"id": f"organization:{at:032x}", "name": str(at)} for at in range(100)]
    simplicate.control("POST", "seed", {"organization": seed})
    stamps = {each["created_at"] for each in simplicate.get("/crm/organization")["data"]}
    assert "0000-00-00 00:00:00" in stamps


def test_custom_fields_are_absent_when_empty_and_1_when_ticked(simplicate: Simplicate) -> None:
    key = simplicate.create("organization", name="x", custom_fields=[{"name": "sync_snelstart", "value": True}])
    fields = {each["name"]: each for each in simplicate.read("organization", key)["custom_fields"]}
    assert fields["sync_snelstart"]["value"] == "1"
    assert "value" not in fields["rsin"]
    refused = simplicate.call("PUT", f"/crm/organization/{key}", {"custom_fields": [{"name": "other", "value": 1}]})
    assert refused.status_code == 400
    assert [each["name"] for each in simplicate.get("/crm/personcustomfields")["data"]] == [
        "sync_snelstart",
        "sync_nextens",
        "bsn",
    ]


def test_relation_types_by_id(simplicate: Simplicate) -> None:
    known = labels(simplicate)
    assert {"Klant", "Leverancier", "Klant en leverancier"} <= set(known)
    key = simplicate.create("organization", name="x", relation_type_id=known["Klant"])
    assert simplicate.read("organization", key)["relation_type"]["label"] == "Klant"
    assert simplicate.call("PUT", f"/crm/organization/{key}", {"relation_type_id": "relationtype:0"}).status_code == 400


def test_contacts_keep_their_order_and_are_replaced_as_a_list(simplicate: Simplicate) -> None:
    people = [simplicate.create("person", family_name=name) for name in ("A", "B", "C")]
    links = [{"person_id": people[1], "work_email": "b@x.nl"}, {"person_id": people[0]}]
    key = simplicate.create("organization", name="x", linked_persons_contacts=links)
    read = simplicate.read("organization", key)["linked_persons_contacts"]
    assert [each["person_id"] for each in read] == [people[1], people[0]]
    contact = simplicate.get(f"/crm/contactperson/{read[0]['id']}")["data"]
    assert isinstance(contact, list)
    assert contact[0]["work_email"] == "b@x.nl"
    new = {"linked_persons_contacts": [{"person_id": people[2]}]}
    simplicate.call("PUT", f"/crm/organization/{key}", new)
    (only,) = simplicate.read("organization", key)["linked_persons_contacts"]
    assert only["name"] == "C"
    simplicate.call("DELETE", f"/crm/contactperson/{only['id']}")
    assert "linked_persons_contacts" not in simplicate.read("organization", key)


def test_a_merge_moves_contacts_and_removes_the_source(simplicate: Simplicate) -> None:
    person = simplicate.create("person", family_name="A")
    source = simplicate.create("organization", name="Bron", linked_persons_contacts=[{"person_id": person}])
    target = simplicate.create("organization", name="Doel")
    simplicate.call("POST", "/crm/mergeorganization", {"source_id": source, "target_id": target})
    assert simplicate.call("GET", f"/crm/organization/{source}").status_code == 404
    assert simplicate.read("organization", target)["linked_persons_contacts"][0]["person_id"] == person


def test_the_timeline_takes_both_forms_of_the_type_and_cannot_change(simplicate: Simplicate) -> None:
    key = simplicate.create("organization", name="x")
    kind = simplicate.get("/timeline/messagetype")["data"][0]["id"]
    message = ""
    for form in ({"messagetype_id": kind}, {"message_type": {"id": kind}}):
        body = {"title": "Let op", "content": "Iets", "linked_to": {"organization_id": key}, **form}
        message = simplicate.call("POST", "/timeline/message", body).json()["data"]["id"]
    assert len(simplicate.get("/timeline/message", **{"q[linked_to.organization_id]": key})["data"]) == 2
    read = simplicate.get(f"/timeline/message/{message}")["data"]
    assert read["linked_to"] == [{"organization_id": key, "label": "x"}]
    assert simplicate.call("PUT", f"/timeline/message/{message}", {}).status_code == 400
    simplicate.call("DELETE", f"/timeline/message/{message}")
    assert len(simplicate.get("/timeline/message")["data"]) == 1


def test_paging_sorting_selecting_and_metadata(simplicate: Simplicate) -> None:
    seed = [{"id": f"organization:{at:032x}", "name": f"N{at:03}", "phone": "1"} for at in range(150)]
    simplicate.control("POST", "seed", {"organization": seed})
    assert len(simplicate.get("/crm/organization")["data"]) == 100
    assert len(simplicate.get("/crm/organization", limit="500")["data"]) == 100
    page = simplicate.get("/crm/organization", sort="-name", offset="10", limit="3", select="name")
    assert page["data"] == [{"id": f"organization:{at:032x}", "name": f"N{at}"} for at in (139, 138, 137)]
    assert "metadata" not in page
    asked = {"metadata": "count,total_count,limit,offset", "q[name]": "N00*"}
    figures = simplicate.get("/crm/organization", **asked)["metadata"]
    assert figures == {"count": 10, "total_count": 150, "limit": 100, "offset": 0}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"q[name]": "Alfa"}, "A"),
        ({"q[name]": "*A*"}, "ABC"),
        ({"q[name][]": ["Alfa", "Beta"]}, "AB"),
        ({"q[name]": "Alfa", "q[or][coc_code]": "2"}, "AB"),
        ({"q[name]": "*", "q[coc_code]": "null"}, "C"),
        ({"q[coc_code]": "*"}, "AB"),
        ({"q[name][in]": "Alfa,Casa"}, "AC"),
        ({"q[name][nin]": "Alfa,Casa"}, "B"),
        ({"q[updated_at][ge]": "2026-01-02 00:00:00"}, "BC"),
        ({"q[updated_at][gt]": "2026-01-02 00:00:00"}, "C"),
        ({"q[updated_at][le]": "2026-01-02 00:00:00"}, "AB"),
        ({"q[updated_at][lt]": "2026-01-02 00:00:00"}, "A"),
        ({"q[relation_type.label]": "Klant"}, "A"),
        ({"q[custom_fields.sync_snelstart]": "1"}, "B"),
        ({"q[is_active]": "1", "q[visiting_address.locality]": "goes"}, "C"),
    ],
)
def test_the_filters(simplicate: Simplicate, query: dict[str, str], names: str) -> None:
    klant = labels(simplicate)["Klant"]
    extra = (
        {"relation_type_id": klant},
        {"custom": {"sync_snelstart": "1"}},
        {"visiting_address": {"locality": "Goes"}},
    )
    records = [
        {"name": name, "coc_code": code, "updated_at": f"2026-01-0{at + 1} 00:00:00", **extra[at]}
        for at, (name, code) in enumerate((("Alfa", "1"), ("Beta", "2"), ("Casa", None)))
    ]
    simplicate.control("POST", "seed", {"organization": records})
    found = simplicate.get("/crm/organization", sort="name", **query)["data"]
    assert "".join(each["name"][0] for each in found) == names


def test_an_unknown_filter_field_is_refused(simplicate: Simplicate) -> None:
    assert simplicate.call("GET", "/crm/organization", params={"q[nothing]": "1"}).status_code == 400


def test_the_sixty_calls_a_minute(simplicate: Simplicate) -> None:
    simplicate.control("PUT", "limits", {"windows": [{"seconds": 60, "count": 60}]})
    statuses = [simplicate.call("GET", "/base/test").status_code for _ in range(61)]
    assert statuses == [200] * 60 + [429]
