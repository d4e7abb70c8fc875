from typing import Any

from tests.sandbox.clients import Simplicate


def post(simplicate: Simplicate, title: str, **linked_to: str) -> str:
    kind = simplicate.get("/timeline/messagetype")["data"][0]["id"]
    body = {"title": title, "content": "x", "linked_to": linked_to, "messagetype_id": kind}
    return str(simplicate.call("POST", "/timeline/message", body).json()["data"]["id"])


def titles(simplicate: Simplicate, **params: Any) -> list[str]:
    return [message["title"] for message in simplicate.get("/timeline/message", **params)["data"]]


def test_messages_of_one_relation_newest_first(simplicate: Simplicate) -> None:
    company = simplicate.create("organization", name="x")
    person = simplicate.create("person", family_name="y")
    for at in range(3):
        post(simplicate, f"bedrijf {at}", organization_id=company)
        post(simplicate, f"persoon {at}", person_id=person)
    simplicate.control("POST", "clock_offset", {"seconds": 60})
    post(simplicate, "bedrijf later", organization_id=company)
    of_company = {"q[linked_to.organization_id]": company}
    assert titles(simplicate, **of_company, sort="-created_at") == [
        "bedrijf later",
        "bedrijf 2",
        "bedrijf 1",
        "bedrijf 0",
    ]
    assert titles(simplicate, **of_company, sort="created_at", limit="1") == ["bedrijf 0"]
    assert titles(simplicate, **{"q[linked_to.person_id]": person}, sort="-created_at", limit="1") == ["persoon 2"]


def test_that_filter_can_be_taken_away(simplicate: Simplicate) -> None:
    company = simplicate.create("organization", name="x")
    post(simplicate, "a", organization_id=company)
    simplicate.control("PUT", "options", {"timeline_filter": False})
    asked = {"q[linked_to.organization_id]": company}
    assert simplicate.call("GET", "/timeline/message", params=asked).status_code == 400
    assert titles(simplicate, **{"q[title]": "a"}) == ["a"]
