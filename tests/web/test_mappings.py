"""The pages and the API about mappings: found, changed with the difference before it, and the second editor told."""

import csv
import re
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
import requests
from sqlalchemy import event, select

from models.tables import Audit, RelationMapping
from tests.fixtures.bridge import Bridge
from tests.fixtures.sandboxes import Sandboxes
from tests.flows.sandbox_data import customer, numbered_customer, rsin
from tests.flows.test_decisions import in_books
from tests.web.conftest import Office
from tests.web.people import Browser, api_headers
from web.queries.mapping import detail
from web.queries.mappings import Filter, Place, listing

HOSTILE = "<script>alert('x')</script> Pietersen B.V."


@pytest.fixture(scope="module")
def bridge(office: Office, sandboxes: Sandboxes) -> Iterator[Bridge]:
    """Put stand-ins behind the office and four relations through them."""
    keys = ("simplicate", "--per-minute", "0"), ("snelstart", "--tier", "none")
    crm, books = (sandboxes.lend(*key) for key in keys)
    made = Bridge(office.runtime.outside, crm, books)
    made.apply()
    made.sync(
        made.crm_save(None, **customer()),
        made.crm_save(None, **numbered_customer(1, name="Jansen B.V.")),
        made.crm_save(None, **numbered_customer(2, name="Jansen V.O.F.")),
        made.crm_save(None, **numbered_customer(3, name=HOSTILE)),
    )
    with office.runtime.sessions.begin() as session:
        first = session.scalars(select(RelationMapping).limit(1)).one()
        session.add_all(stranger(first, number) for number in range(60))
    yield made
    for key, process in zip(keys, (crm, books), strict=True):
        sandboxes.take_back(key, process)


def stranger(like: RelationMapping, number: int) -> RelationMapping:
    return RelationMapping(
        link_id=like.link_id,
        source_connection_id=like.source_connection_id,
        target_connection_id=like.target_connection_id,
        kind="relation",
        role="supplier",
        source_id=f"organization:x{number:03d}",
        target_id=f"target-{number:03d}",
        target_number=str(90 + number),
        matched_by="vat",
        decided_by="anna",
    )


def mapping_of(bridge: Bridge, name_word: str) -> RelationMapping:
    """Return the mapping of a relation, found as a person finds it."""
    with bridge.outside.sessions.begin() as session:
        found = listing(session, bridge.outside.vault, Filter(search=name_word), Place())
        return found.rows[0].row


def links_in(text: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="/mappings/\d+">([^<]*)</a>', text)


def form(row: RelationMapping, **more: str) -> dict[str, Any]:
    return {"was_target_id": row.target_id, "was_state": row.state, **more}


def again(bridge: Bridge, row: RelationMapping) -> RelationMapping:
    return next(one for one in bridge.mappings() if one.id == row.id)


def test_found_by_every_word_of_the_name_by_id_and_by_number(bridge: Bridge, viewer: Browser) -> None:
    assert set(links_in(viewer.get("/mappings?search=jansen").text)) == {"Jansen V.O.F.", "Jansen B.V."}
    assert links_in(viewer.get("/mappings?search=JANSEN+b.v.").text) == ["Jansen B.V."]
    row = mapping_of(bridge, "zonnig")
    for text in (row.source_id, row.target_id, row.target_number, "12345678", "zonnig bakkerij"):
        assert links_in(viewer.get(f"/mappings?search={text}").text) == ["Bakkerij Zonnig B.V."], text
    assert links_in(viewer.get("/mappings?search=jansen+zonnig").text) == []
    assert links_in(viewer.get("/mappings?search=%25_%5C'").text) == []


def test_a_persons_number_is_refused_in_an_address_and_found_by_the_other_field(
    bridge: Bridge, office: Office, viewer: Browser
) -> None:
    number = rsin(1)
    for typed in (number, f"NL{number}B01", f"{number[:3]} {number[3:6]} {number[6:]}"):
        answer = viewer.get("/mappings", params={"search": typed})
        assert answer.status_code == 422
        assert "adresbalk" in answer.text
        assert number not in answer.text
        found = viewer.post("/mappings/search", {"number": f"NL{number}B01"})
        assert found.headers["location"] == f"/mappings/{mapping_of(bridge, 'jansen bv').id}"
    assert "geen gekoppelde relaties" in viewer.post("/mappings/search", {"number": rsin(77)}).text
    headers = api_headers(office.runtime, "read")
    refused = requests.get(f"{office.url}/api/mappings", params={"search": number}, headers=headers, timeout=15)
    assert (refused.status_code, number in refused.text) == (422, False)
    body = {"number": f"NL{number}B01"}
    found_too = requests.post(f"{office.url}/api/mappings/search", json=body, headers=headers, timeout=15).json()
    assert [one["name"] for one in found_too["mappings"]] == ["Jansen B.V."]
    assert number not in office.log.read_text()


def test_sorted_filtered_and_paged_there_and_back(bridge: Bridge, viewer: Browser) -> None:
    first = viewer.get("/mappings?by=anna&sort=number").text
    numbers = [int(one) for one in re.findall(r'<td class="figure">(\d+)</td>', first)]
    assert numbers == list(range(90, 140))
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following
    second = viewer.get(following[1].replace("&amp;", "&")).text
    assert [int(one) for one in re.findall(r'<td class="figure">(\d+)</td>', second)] == list(range(140, 150))
    back = re.search(r'rel="prev" href="([^"]+)"', second)
    assert back
    assert links_in(viewer.get(back[1].replace("&amp;", "&")).text) == links_in(first)
    assert 'rel="prev"' not in first
    for sort in ("newest", "crm", "written"):
        assert len(links_in(viewer.get(f"/mappings?sort={sort}").text)) == 50
    assert links_in(viewer.get("/mappings?state=broken").text) == []
    assert len(links_in(viewer.get("/mappings?matched=created").text)) == 4


def test_names_are_text_and_exported_cells_run_nothing(bridge: Bridge, viewer: Browser) -> None:
    shown = viewer.get("/mappings?matched=created").text
    assert "<script>alert" not in shown
    assert "&lt;script&gt;" in shown
    bridge.crm_save(mapping_of(bridge, "zonnig").source_id, name="=Bakkerij Zonnig B.V.")
    bridge.sync(mapping_of(bridge, "zonnig").source_id)
    answer = viewer.get("/mappings/export?matched=created")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))
    assert {row["name"] for row in rows} >= {"'=Bakkerij Zonnig B.V.", "Jansen B.V."}
    assert len(list(csv.reader(StringIO(viewer.get("/mappings/export").content.decode("utf-8-sig"))))) == 65
    chosen = [str(one.id) for one in bridge.mappings()][:2]
    some = viewer.post("/mappings/bulk", {"act": "export", "ids": chosen})
    assert len(some.text.splitlines()) == 3


def test_a_viewer_sees_and_changes_nothing(bridge: Bridge, office: Office, viewer: Browser) -> None:
    row = mapping_of(bridge, "zonnig")
    assert "Andere relatie kiezen" not in viewer.get(f"/mappings/{row.id}").text
    for path in ("relink", "break", "restore"):
        assert viewer.get(f"/mappings/{row.id}/{path}").status_code == 403
    for path in ("relink", "break", "restore", "sync"):
        assert viewer.post(f"/mappings/{row.id}/{path}", form(row, target="x")).status_code == 403
    assert (
        viewer.post("/mappings/bulk/confirm", {"act": "break", "was": f"{row.id}|active|{row.target_id}"}).status_code
        == 403
    )
    headers = api_headers(office.runtime, "read")
    url = f"{office.url}/api/mappings/{row.id}"
    for method, path in (("PUT", "target"), ("POST", "break"), ("POST", "preview"), ("GET", "candidates")):
        assert requests.request(method, f"{url}/{path}", json={}, headers=headers, timeout=15).status_code == 403
    assert viewer.get("/mappings/999999999").status_code == 404


def test_another_is_chosen_seen_saved_and_put_back_and_the_second_editor_told(
    bridge: Bridge, office: Office, operator: Browser
) -> None:
    row = mapping_of(bridge, "jansen bv")
    other = in_books(bridge, naam="Jansen (oud)", telefoon="0100000000", kvkNummer="30000001")
    page = f"/mappings/{row.id}"
    shown = operator.get(f"{page}/relink", params={"q": other}).text
    for expected in ("0100000000", "0301000001", "overschreven", "Jansen (oud)"):
        assert expected in shown
    assert again(bridge, row).target_id == row.target_id

    saved = operator.post(f"{page}/relink", form(row, target=other, reason="dubbel"))
    assert (saved.status_code, saved.headers["location"]) == (303, f"{page}?done=relinked")
    assert "wordt nu gesynchroniseerd" in operator.get(saved.headers["location"]).text.lower()
    late = operator.post(f"{page}/relink", form(row, target=other))
    assert late.status_code == 422
    assert "al aan gekoppeld" in late.text
    third = in_books(bridge, naam="Derde")
    late = operator.post(f"{page}/relink", form(row, target=third))
    assert late.status_code == 409
    assert operator.name in late.text
    bridge.drain()
    done = operator.get(page).text
    assert all(one in done for one in ("Alles is verwerkt", "gekozen door een mens", f"relink?target={row.target_id}"))
    assert operator.post(f"{page}/relink", form(again(bridge, row), target=row.target_id)).status_code == 303
    bridge.drain()
    assert again(bridge, row).target_id == row.target_id
    audited = bridge.rows(Audit, Audit.action == "mapping.relink", Audit.subject_id == str(row.id))
    assert sorted((one.by, one.via, one.reason) for one in audited) == [
        (operator.name, "page", ""),
        (operator.name, "page", "dubbel"),
    ]


def test_candidates_come_from_the_index_and_say_who_holds_them(bridge: Bridge, operator: Browser) -> None:
    row = mapping_of(bridge, "jansen bv")
    holder = mapping_of(bridge, "jansen vof")
    reads = bridge.arrivals("GET")
    for query in ({"q": "jansen"}, {"q": holder.target_number}, {"q": "30000002"}):
        found = operator.get(f"/mappings/{row.id}/relink", params=query).text
        assert holder.target_id in found
        assert f'<a href="/mappings/{holder.id}">Jansen V.O.F.</a>' in found
    own = operator.get(f"/mappings/{row.id}/relink?own=1&q=").text
    assert "KvK" in own
    assert '<th scope="row">Jansen B.V.</th>' in own
    assert bridge.arrivals("GET") == reads + 2, "only the free one is read, each time it is found"
    refused = operator.get(f"/mappings/{row.id}/relink?target={holder.target_id}")
    assert (refused.status_code, holder.source_id in refused.text) == (409, True)
    assert operator.get(f"/mappings/{row.id}/relink?target=../x").status_code == 422
    assert operator.get(f"/mappings/{row.id}/relink?q={rsin(1)}").status_code == 422


def test_broken_and_restored_on_the_page(bridge: Bridge, operator: Browser) -> None:
    row = mapping_of(bridge, "jansen vof")
    page = f"/mappings/{row.id}"
    assert "blijft staan" in operator.get(f"{page}/break").text
    assert operator.post(f"{page}/break", form(row)).headers["location"] == f"{page}?done=broken"
    bridge.drain()
    assert f'href="{page}/restore"' in operator.get(page).text
    assert operator.post(f"{page}/break", form(row)).status_code == 409
    bridge.sync(row.source_id)
    assert again(bridge, row).state == "broken"
    assert operator.post(f"{page}/restore", form(again(bridge, row))).headers["location"] == f"{page}?done=restored"
    bridge.drain()
    assert again(bridge, row).state == "active"
    assert operator.post(f"{page}/sync").headers["location"] == f"{page}?done=synced"
    bridge.drain()


def test_several_at_once_with_a_preview_and_an_answer_for_each(bridge: Bridge, operator: Browser) -> None:
    rows = [mapping_of(bridge, word) for word in ("jansen bv", "jansen vof")]
    assert operator.post("/mappings/bulk", {"act": "break"}).status_code == 422
    shown = operator.post("/mappings/bulk", {"act": "break", "ids": [str(row.id) for row in rows]}).text
    was = re.findall(r'name="was" value="([^"]+)"', shown)
    assert len(was) == 2
    stale = was[1].replace("|active|", "|failed|")
    done = operator.post(
        "/mappings/bulk/confirm", {"act": "break", "was": [was[0], stale, "x|y", f"{10**30}|active|z"]}
    )
    assert "1 van 2 uitgevoerd" in done.text
    assert sorted(again(bridge, row).state for row in rows) == ["active", "broken"]
    broken = next(row for row in rows if again(bridge, row).state == "broken")
    operator.post(f"/mappings/{broken.id}/restore", form(again(bridge, broken)))
    bridge.drain()


class Application:
    """Be an application that may read and operate."""

    def __init__(self, office: Office) -> None:
        self.headers = api_headers(office.runtime, "read", "operate")
        self.url = f"{office.url}/api/mappings"

    def __call__(self, method: str, path: str = "", **more: Any) -> requests.Response:
        """Call the API."""
        return requests.request(method, self.url + path, headers=self.headers, timeout=15, **more)


def test_the_api_does_the_same(bridge: Bridge, office: Office) -> None:
    call = Application(office)
    row = mapping_of(bridge, "zonnig")
    own, other = f"/{row.id}", in_books(bridge, naam="Zonnig (oud)")
    plan = call("POST", f"{own}/preview", json={"target_id": other}).json()
    assert "naam" in plan["overwrites"]
    was = {name: plan[name] for name in ("was_target_id", "was_state")}
    assert call("PUT", f"{own}/target", json={"target_id": other, **was, "reason": "api"}).status_code == 200
    late = call("PUT", f"{own}/target", json={"target_id": row.target_id, **was})
    assert (late.status_code, late.json()["detail"]["code"]) == (409, "mapping.moved")
    bridge.drain()
    now = {"was_target_id": other, "was_state": "active"}
    assert call("POST", f"{own}/break", json=now).status_code == 200
    bridge.drain()
    assert call("POST", f"{own}/restore", json=now | {"was_state": "broken"}).status_code == 200
    bridge.drain()
    events = [one["event"] for one in call("GET", own).json()["history"]]
    assert [one for one in events if one in ("relinked", "broken", "restored")] == ["restored", "broken", "relinked"]


def test_the_api_lists_searches_and_answers_for_each_of_several(bridge: Bridge, office: Office) -> None:
    call = Application(office)
    (found,) = call("GET", params={"search": "zonnig bakkerij"}).json()["mappings"]
    row, own = again(bridge, mapping_of(bridge, "zonnig")), f"/{found['id']}"
    assert (found["id"], found["target_id"], found["link"]) == (row.id, row.target_id, "office")
    assert len(call("GET", params={"sort": "crm"}).json()["mappings"]) == 50
    assert call("GET", own).json()["job"] == "done"
    now = {"was_target_id": row.target_id, "was_state": "active"}
    several = [{"id": row.id, **now}, {"id": 10**9, **now}]
    results = call("POST", "/bulk", json={"action": "sync", "mappings": several}).json()["results"]
    assert [one["refused"] for one in results] == ["", "mapping.unknown"]
    assert call("GET", f"{own}/candidates", params={"search": "zonnig"}).json()["choices"]
    assert call("GET", "/999999999").status_code == 404
    assert call("POST", f"{own}/break", json={**now, "was_state": "\u0000"}).status_code == 422
    bridge.drain()


def test_no_page_asks_more_than_a_few_questions(bridge: Bridge, office: Office) -> None:
    asked: list[str] = []
    row = mapping_of(bridge, "zonnig")
    runtime = office.runtime

    def count(_: Any, __: Any, statement: str, *___: Any) -> None:
        asked.append(statement)

    event.listen(runtime.engine, "before_cursor_execute", count)
    try:
        with runtime.sessions() as session:
            listing(session, runtime.vault, Filter(search="jansen", by="boekbrug"), Place("number", after=row.id))
        listed = len(asked)
        with runtime.sessions() as session:
            assert detail(session, runtime.outside, row.id)
        shown = len(asked) - listed
    finally:
        event.remove(runtime.engine, "before_cursor_execute", count)
    # The session, the menu's counts and the names of the links come on top.
    assert (listed <= 9, shown <= 10) == (True, True), asked


def test_a_target_that_does_not_answer_is_said_in_words_and_nothing_changes(bridge: Bridge, operator: Browser) -> None:
    row = mapping_of(bridge, "zonnig")
    other = in_books(bridge, naam="Stil")
    bridge.control(
        "books", "POST", "faults", {"method": "GET", "path": "/v2/relaties", "kind": "502_before", "count": 50}
    )
    answer = operator.get(f"/mappings/{row.id}/relink?target={other}")
    assert (answer.status_code, "antwoordt nu niet" in answer.text) == (409, True)
