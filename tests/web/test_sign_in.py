"""Signing in: who may, what the browser keeps, and what a stranger at the door gets."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

import pytest
import requests
from argon2 import PasswordHasher
from sqlalchemy import delete, func, select, update

from models.tables import Audit, SignIn, User, WebSession
from models.words import Access
from tests.web.conftest import Office
from tests.web.people import Browser
from web.access.passwords import hash_password

PASSWORD = "correct horse battery"
HTML = {"accept-language": "nl"}


@dataclass
class Person:
    """Be somebody with a password, and a browser without any cookie."""

    url: str
    id: int
    name: str

    def enter(
        self, password: str = PASSWORD, back: str = "/", cookie: str = "", name: str = "", **headers: str
    ) -> requests.Response:
        """Send the sign-in form as a browser does."""
        sent = HTML | headers | ({"cookie": f"boekbrug={cookie}"} if cookie else {})
        form = {"name": name or self.name, "password": password, "back": back}
        return requests.post(f"{self.url}/sign-in", data=form, headers=sent, allow_redirects=False, timeout=15)


@pytest.fixture
def person(office: Office) -> Iterator[Person]:
    """Add somebody with a password; nobody failed to sign in before."""
    name = f"Anna {uuid4().hex[:6]}"
    with office.runtime.sessions.begin() as session:
        session.execute(delete(SignIn))
        user = User(name=name, role=Access.VIEWER, password=hash_password(PASSWORD))
        session.add(user)
        session.flush()
        found = Person(office.url, user.id, name)
    yield found
    with office.runtime.sessions.begin() as session:
        session.execute(delete(SignIn))


def test_the_page_asks_for_name_and_password_and_leads_back(office: Office) -> None:
    asked = requests.get(f"{office.url}/mappings?q=a%26b", headers=HTML, allow_redirects=False, timeout=10)
    if asked.status_code != 404:  # The page of another module.
        assert asked.headers["location"] == "/sign-in?back=/mappings%3Fq%3Da%2526b"
    shown = requests.get(f"{office.url}/", headers=HTML, timeout=10)
    assert shown.url == f"{office.url}/sign-in?back=/"
    assert "Aanmelden" in shown.text and 'autocomplete="current-password"' in shown.text
    assert "set-cookie" not in shown.headers


def test_the_right_password_opens_a_new_session_and_closes_the_one_that_was_there(
    office: Office, person: Person
) -> None:
    first = person.enter(back="/?language=en")
    assert (first.status_code, first.headers["location"]) == (303, "/?language=en")
    cookie = first.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Path=/" in cookie and "Secure" not in cookie
    old = first.cookies["boekbrug"]
    new = person.enter(cookie=old).cookies["boekbrug"]
    assert new != old
    assert Browser(person.url, new, person.name).get("/").status_code == 200
    assert Browser(person.url, old, person.name).get("/", allow_redirects=False).status_code == 303
    with office.runtime.sessions() as session:
        opened = session.scalars(select(Audit).where(Audit.action == "session.open", Audit.by == person.name)).all()
    assert [(row.via, row.subject_id, row.after) for row in opened] == [
        ("page", str(person.id), {"how": "password"})
    ] * 2


def test_a_session_that_a_stranger_planted_is_not_taken_over(office: Office, person: Person) -> None:
    planted = "planted-by-a-stranger"
    given = person.enter(cookie=planted).cookies["boekbrug"]
    assert given != planted
    stranger = Browser(office.url, planted, "stranger")
    assert stranger.get("/", allow_redirects=False).headers["location"].startswith("/sign-in")


def test_signing_out_ends_the_session_here_as_well(person: Person) -> None:
    browser = Browser(person.url, person.enter().cookies["boekbrug"], person.name)
    without = browser.session.post(f"{person.url}/sign-out", allow_redirects=False, timeout=10)
    assert without.status_code == 403
    out = browser.post("/sign-out")
    assert (out.status_code, out.headers["location"]) == (303, "/sign-in?done=signed_out")
    assert 'boekbrug=""' in out.headers["set-cookie"]
    assert browser.get("/", allow_redirects=False).status_code == 303


@pytest.mark.parametrize(
    "back",
    ["//evil.example", "/\\evil.example", "https:evil.example", "https://evil.example", "evil", "/a\nb", "/\t/x"],
)
def test_nobody_is_sent_to_another_site(person: Person, back: str) -> None:
    assert person.enter(back=back).headers["location"] == "/"
    shown = requests.get(f"{person.url}/sign-in", params={"back": back}, timeout=10).text
    assert '<input type="hidden" name="back" value="/">' in shown


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "same-origin", "origin": "null"}, 303),
        ({}, 303),
    ],
)
def test_a_form_from_another_site_signs_nobody_in(person: Person, headers: dict[str, str], status: int) -> None:
    answer = person.enter(**headers)
    assert answer.status_code == status
    assert ("boekbrug" in answer.cookies) == (status == 303)


def test_our_own_origin_is_ours(person: Person) -> None:
    assert person.enter(origin=person.url).status_code == 303


def test_a_wrong_name_and_a_wrong_password_look_alike(office: Office, person: Person) -> None:
    wrong, nobody = person.enter("wrong password!!"), person.enter(name="nobody at all")
    with office.runtime.sessions.begin() as session:
        session.execute(update(User).where(User.id == person.id).values(enabled=False))
    off = person.enter()
    assert {wrong.status_code, nobody.status_code, off.status_code} == {422}
    assert wrong.text.replace(person.name, "") == nobody.text.replace("nobody at all", "")
    assert "horen niet bij elkaar" in off.text and "wrong password" not in wrong.text


def test_the_sixth_guess_at_a_name_is_refused_even_when_right_and_until_said(office: Office, person: Person) -> None:
    for _ in range(5):
        assert person.enter("wrong password!!").status_code == 422
    for _ in range(3):
        refused = person.enter(name=person.name.upper())
        assert refused.status_code == 429
        assert "te vaak een verkeerd wachtwoord" in refused.text and "<time datetime=" in refused.text
    with office.runtime.sessions.begin() as session:
        rows = session.scalars(select(SignIn)).all()
        assert len(rows) == 5 and not any(row.succeeded for row in rows)
        assert all(person.name.encode() not in row.name_hash for row in rows)
        session.execute(update(SignIn).values(at=SignIn.at - func.make_interval(0, 0, 0, 0, 0, 15)))
    assert person.enter().status_code == 303


def test_mistyping_now_and_then_locks_nobody_out(person: Person) -> None:
    for _ in range(2):
        for _ in range(4):
            assert person.enter("wrong password!!").status_code == 422
        assert person.enter().status_code == 303


def test_an_address_that_tries_many_names_is_refused(office: Office, person: Person) -> None:
    with office.runtime.sessions.begin() as session:
        network = office.runtime.vault.hash("sign_in_address", "127.0.0.1")
        session.add_all(
            SignIn(name_hash=b"other" + bytes([number]), address_hash=network, succeeded=False) for number in range(20)
        )
    # A header that anybody can write changes nothing.
    assert person.enter(**{"x-forwarded-for": "198.51.100.7"}).status_code == 429


def test_a_password_of_weaker_days_is_hashed_anew(office: Office, person: Person) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with office.runtime.sessions.begin() as session:
        session.execute(update(User).where(User.id == person.id).values(password=weak))
    assert person.enter().status_code == 303
    with office.runtime.sessions() as session:
        stored = session.get_one(User, person.id).password or ""
    assert "m=65536" in stored
    assert person.enter().status_code == 303


def test_whoever_is_shown_out_is_out(office: Office, person: Person) -> None:
    browser = Browser(person.url, person.enter().cookies["boekbrug"], person.name)
    with office.runtime.sessions.begin() as session:
        session.execute(delete(WebSession).where(WebSession.user_id == person.id))
    assert browser.get("/", allow_redirects=False).status_code == 303


def test_the_language_that_was_asked_for_sticks(person: Person) -> None:
    browser = requests.Session()
    english = browser.get(f"{person.url}/sign-in?language=en", headers=HTML, timeout=10)
    assert '<html lang="en">' in english.text
    assert '<html lang="en">' in browser.get(f"{person.url}/sign-in", headers=HTML, timeout=10).text
    assert '<html lang="nl">' in browser.get(f"{person.url}/sign-in?language=nl", headers=HTML, timeout=10).text


def test_odd_forms_are_refused_and_never_repeated(person: Person) -> None:
    assert person.enter("x" * 1001).status_code == 422
    assert "x" * 50 not in person.enter("x" * 1001).text
    assert person.enter(name="a\0b").status_code == 422
    assert person.enter("pass\0word").status_code == 422
