"""The reviews: a person sees both sides, answers, and the books hold what was chosen."""

import re
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import select

from models.settings import Settings
from models.tables import Audit, Review
from models.words import Access
from tasks.runtime import Runtime
from tests.fixtures.bridge import Bridge
from tests.fixtures.processes import StartModule
from tests.flows.sandbox_data import customer, numbered_customer
from tests.web.people import Browser, api_headers, sign_in


@dataclass
class Desk:
    """Hold a bridge with the pages in front of it."""

    bridge: Bridge
    url: str
    runtime: Runtime
    operator: Browser

    def open_one(self) -> Review:
        """Return the one open question."""
        (review,) = self.bridge.open_reviews()
        return review

    def shown(self, path: str, browser: Browser | None = None) -> str:
        """Return a page's words on one line."""
        return words((browser or self.operator).get(path))

    def stamp(self, review: Review) -> str:
        """Return what the question's form carries of what it shows."""
        found = re.search(r'name="shown" value="([0-9a-f]+)"', self.operator.get(f"/reviews/{review.id}").text)
        assert found is not None
        return found[1]


def words(page: requests.Response) -> str:
    """Return a page's words on one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.text).split())


@pytest.fixture
def desk(
    bridge: Bridge, fresh_database_url: str, redis_url: str, start_module: StartModule, tmp_path: Path
) -> Iterator[Desk]:
    """Serve the bridge's office."""
    named = {
        "database_url": fresh_database_url,
        "redis_url": redis_url,
        "data_dir": str(tmp_path),
        "secret_keys": f"t1:{b64encode(b't' * 32).decode()}",
        "allow_hosts": "127.0.0.1",
    }
    web = start_module("web", "--port", "0", env={f"BOEKBRUG_{name.upper()}": value for name, value in named.items()})
    runtime = Runtime.open(Settings.model_validate(named))
    yield Desk(bridge, web.url, runtime, sign_in(runtime, web.url, Access.OPERATOR, "els"))
    runtime.close()


def in_books(bridge: Bridge, **fields: Any) -> str:
    """Put a relatie in the books as the bookkeeper would."""
    changes = {"relatiesoort": ["Klant"], **fields}
    return str(bridge.control("books", "POST", "edit", {"changes": changes})["id"])


def relatie(bridge: Bridge, target_id: str) -> dict[str, Any]:
    """Return one relatie as the books hold it."""
    return next(row for row in bridge.relaties() if row["id"] == target_id)


SAME = {
    "naam": "Bakkerij Zonnig B.V.",
    "vestigingsAdres": {"straat": "Kade 9", "postcode": "4548 AW", "plaats": "Nijmegen"},
}


def test_a_person_sees_both_sides_and_what_is_overwritten_and_the_books_hold_the_answer(desk: Desk) -> None:
    bridge = desk.bridge
    first, second = in_books(bridge, **SAME, telefoon="020-1"), in_books(bridge, **SAME, btwNummer="111222333B01")
    record = bridge.crm_save(None, **customer())
    bridge.sync(record)
    review = desk.open_one()

    listed = desk.shown("/reviews")
    assert "Bakkerij Zonnig B.V." in listed
    assert "De naam komt overeen, maar geen enkel nummer bevestigt dat." in listed
    page = desk.operator.get(f"/reviews/{review.id}")
    told = words(page)
    assert "Naam met postcode: komt overeen" in told
    assert "Kade 278 Kade 9 verschilt Kade 278" in told
    assert "Overschrijft in de boekhouding: Telefoonnummer, Bezoekadres: straat en nummer." in told
    assert "111222333" not in page.text
    assert "•••••••••B01" in told

    form = {"answer": f"use:{first}", "reason": "zelfde KvK in het dossier", "shown": desk.stamp(review)}
    nothing = desk.operator.post(f"/reviews/{review.id}", form | {"answer": ""})
    assert (nothing.status_code, "zelfde KvK in het dossier" in nothing.text) == (422, True)

    answer = desk.operator.post(f"/reviews/{review.id}", form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/reviews?done=decided")
    bridge.drain()

    assert relatie(bridge, first)["vestigingsAdres"]["straat"] == "Kade 278"
    assert relatie(bridge, second)["vestigingsAdres"]["straat"] == "Kade 9"
    assert [(row.source_id, row.target_id, row.decided_by) for row in bridge.mappings()] == [(record, first, "els")]
    _answered(desk, review, first)


def _answered(desk: Desk, review: Review, first: str) -> None:
    decided = desk.shown("/reviews/decided")
    assert f"gekoppeld aan {first} zelfde KvK in het dossier" in decided
    assert "Opnieuw beslissen" not in decided
    assert "Wijzig dat op de pagina Relaties" in desk.shown(f"/reviews/{review.id}")
    (row,) = desk.bridge.rows(Audit, Audit.action == "review.decide")
    assert (row.by, row.via, row.after["decision"], row.after["target_id"]) == ("els", "page", "use", first)


def test_the_second_of_two_people_is_told_who_decided_what(desk: Desk) -> None:
    in_books(desk.bridge, **SAME)
    desk.bridge.sync(desk.bridge.crm_save(None, **customer()))
    review = desk.open_one()
    stamp = desk.stamp(review)
    piet = sign_in(desk.runtime, desk.url, Access.OPERATOR, "piet")

    assert desk.operator.post(f"/reviews/{review.id}", {"answer": "never", "shown": stamp}).status_code == 303
    late = piet.post(f"/reviews/{review.id}", {"answer": "create", "shown": stamp})

    assert late.status_code == 409
    assert "els heeft deze vraag intussen beantwoord: niet synchroniseren. Uw antwoord is niet opgeslagen." in words(
        late
    )
    desk.bridge.drain()
    assert len(desk.bridge.relaties()) == 1
    assert "Opnieuw beslissen" in desk.shown("/reviews/decided")

    anew = piet.post(f"/reviews/{review.id}", {"answer": "create", "shown": desk.stamp(review)})
    assert anew.status_code == 303
    desk.bridge.drain()
    assert len(desk.bridge.relaties()) == 2
    assert [row.by for row in desk.bridge.rows(Audit, Audit.action == "review.decide")] == ["els", "piet"]


def test_a_field_that_both_changed_is_shown_twice_and_the_chosen_side_wins(desk: Desk) -> None:
    bridge = desk.bridge
    bridge.apply(policy={"*": "ask"})
    record = bridge.crm_save(None, **customer())
    bridge.sync(record)
    (target,) = bridge.relaties()
    bridge.control("books", "POST", "edit", {"id": target["id"], "changes": {"telefoon": "0101112233"}})
    bridge.crm_save(record, phone="0209998877")
    bridge.sync(record)
    review = desk.open_one()
    assert review.reason == "review.both_changed"

    told = desk.shown(f"/reviews/{review.id}")
    assert "0209998877 0101112233 verschilt 0209998877" in told
    assert "Het CRM wint Overschrijft in de boekhouding: Telefoonnummer." in told
    assert "De boekhouding wint De waarden in de boekhouding blijven staan" in told
    assert "maak een nieuwe aan" not in told
    unfit = desk.operator.post(f"/reviews/{review.id}", {"answer": "create", "shown": desk.stamp(review)})
    assert (unfit.status_code, "past niet bij de vraag" in unfit.text) == (422, True)

    desk.operator.post(f"/reviews/{review.id}", {"answer": f"use:{target['id']}", "shown": desk.stamp(review)})
    bridge.drain()
    assert relatie(bridge, target["id"])["telefoon"] == "0209998877"


def test_several_doubles_are_answered_at_once_after_a_preview_and_shown_from_the_crm(desk: Desk) -> None:
    bridge = desk.bridge
    bridge.sync(bridge.crm_save(None, **customer(name="Eerste B.V.")))
    others = [bridge.crm_save(None, **customer(name=f"Ook {n} B.V.", relation_number=f"77{n}")) for n in range(3)]
    bridge.sync(*others)
    open_ones = sorted(bridge.open_reviews(), key=lambda row: row.id)
    assert len(open_ones) == 3
    _only_seen(desk, open_ones[0].id)
    reason = open_ones[0].reason
    told = desk.shown(f"/reviews/{open_ones[0].id}")
    assert "Eerste B.V." in told
    assert "Ander record in het CRM" in told or "In de boekhouding" in told

    listed = desk.operator.get(f"/reviews?reason={reason}")
    assert listed.text.count('name="question"') == 3
    path = "/reviews/several?decision=create" + "".join(f"&question={row.id}" for row in open_ones[:2])
    preview = desk.operator.get(path)
    assert "Voor elk van deze 2 relaties komt er een nieuwe" in words(preview)
    chosen = re.findall(r'name="question" value="([^"]+)"', preview.text)
    desk.operator.post(f"/reviews/{open_ones[1].id}", {"answer": "never", "shown": desk.stamp(open_ones[1])})
    answer = desk.operator.post("/reviews/several", {"decision": "create", "question": chosen})
    assert answer.headers["location"] == "/reviews?done=several&saved=1&skipped=1"
    assert "Overgeslagen" in desk.shown(answer.headers["location"])
    bridge.drain()
    assert sorted(row["naam"] for row in bridge.relaties()) == ["Eerste B.V.", open_name(bridge, open_ones[0])]
    assert desk.operator.get("/reviews/several?decision=never").status_code == 422


def _only_seen(desk: Desk, review_id: int) -> None:
    """Check that a viewer sees a question and cannot answer it."""
    viewer = sign_in(desk.runtime, desk.url, Access.VIEWER)
    assert "Antwoord opslaan" not in desk.shown(f"/reviews/{review_id}", viewer)
    assert viewer.post(f"/reviews/{review_id}", {"answer": "never"}).status_code == 403


def open_name(bridge: Bridge, review: Review) -> str:
    """Return the name that a question's record has in the CRM."""
    return str(bridge.crm_record(review.record_id)["name"])


def test_when_the_books_are_away_the_page_says_so_and_shows_what_is_known(desk: Desk) -> None:
    in_books(desk.bridge, **SAME, relatiecode=4711)
    desk.bridge.sync(desk.bridge.crm_save(None, **customer()))
    review = desk.open_one()
    desk.bridge.control("books", "POST", "faults", {"kind": "503"})
    told = desk.shown(f"/reviews/{review.id}")
    assert "De boekhouding antwoordt nu niet." in told
    assert "Nummer 4711." in told
    assert "Kade 278" in told


def test_the_api_asks_and_answers_like_the_pages(desk: Desk) -> None:
    target = in_books(desk.bridge, **SAME)
    desk.bridge.sync(desk.bridge.crm_save(None, **customer()))
    desk.bridge.sync(desk.bridge.crm_save(None, **numbered_customer(3)))
    review = desk.open_one()
    reading, operating = api_headers(desk.runtime, "read"), api_headers(desk.runtime, "operate")
    listed = requests.get(f"{desk.url}/api/reviews", headers=reading, timeout=15).json()
    assert [(one["id"], one["name"]) for one in listed["reviews"]] == [(review.id, "Bakkerij Zonnig B.V.")]
    whole = requests.get(f"{desk.url}/api/reviews/{review.id}", headers=reading, timeout=15).json()
    (candidate,) = whole["candidates"]
    street = next(one for one in candidate["fields"] if one["field"] == "vestigingsAdres.straat")
    assert (street["crm"], street["books"], street["will_be"]) == ("Kade 278", "Kade 9", "Kade 278")

    def decide(body: dict[str, Any], number: int = review.id, headers: dict[str, str] = operating) -> requests.Response:
        url = f"{desk.url}/api/reviews/{number}/decision"
        return requests.post(url, json=body, headers=headers, timeout=15)

    use = {"decision": "use", "target_id": target, "shown": whole["review"]["shown"]}
    assert decide(use, headers=reading).status_code == 403
    assert decide(use, 999_999).status_code == 404
    assert decide({"decision": "use"}).status_code == 409
    assert decide({"decision": "merge"}).status_code == 422
    assert decide(use).json()["decision"] == "use"
    assert decide(use).status_code == 409
    assert decide({"decision": "never"}).json()["detail"].startswith("already decided: use, by ")
    desk.bridge.drain()
    assert relatie(desk.bridge, target)["vestigingsAdres"]["straat"] == "Kade 278"
    with desk.runtime.sessions() as session:
        assert list(session.scalars(select(Audit.via))) == ["api"]
