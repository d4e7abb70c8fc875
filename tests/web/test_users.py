"""Users, their own page and tokens: who may be let in, as what, and that nobody locks the house from within."""

import re
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest
import requests
from sqlalchemy import select, update

from models.tables import ApiToken, Audit, User, WebSession
from models.words import Access
from tests.web.conftest import Office
from tests.web.people import Browser, sign_in

SECRET = re.compile(r"<code>([^<]+)</code>")


def made(answer: requests.Response) -> str:
    """Return the secret that a page shows once."""
    assert answer.status_code == 200, answer.text
    found = SECRET.search(answer.text)
    assert found is not None
    return found[1]


def user_of(office: Office, name: str) -> User:
    with office.runtime.sessions() as session:
        return session.scalars(select(User).where(User.name == name)).one()


def deeds(office: Office, kind: str, subject: int) -> list[str]:
    with office.runtime.sessions() as session:
        own = select(Audit).where(Audit.subject_kind == kind, Audit.subject_id == str(subject)).order_by(Audit.id)
        return [row.action for row in session.scalars(own)]


def enter(office: Office, name: str, password: str) -> requests.Response:
    form = {"name": name, "password": password}
    return requests.post(f"{office.url}/sign-in", data=form, allow_redirects=False, timeout=15)


def test_an_added_user_comes_in_once_and_must_choose_a_password(office: Office, administrator: Browser) -> None:
    name = f"Bram {uuid4().hex[:6]}"
    password = made(administrator.post("/users", {"name": f"  {name} ", "role": "operator", "email": "b@x.example"}))
    again = administrator.post("/users", {"name": name.upper(), "role": "viewer"})
    assert again.status_code == 422 and "al een gebruiker" in again.text
    browser = Browser(office.url, enter(office, name.lower(), password).cookies["boekbrug"], name)
    for path in ("/", "/issues"):
        assert browser.get(path, allow_redirects=False).headers["location"] == "/me?done=must_change"
    assert browser.get("/access/flower").status_code == 401
    assert browser.get("/api/openapi.json").status_code == 403
    assert "eenmalig" in browser.get("/me").text
    fresh = "four unrelated words"
    for form, said in [
        ({"current": "wrong", "fresh": fresh, "again": fresh}, "klopt niet"),
        ({"current": password, "fresh": fresh, "again": "other"}, "niet gelijk"),
        ({"current": password, "fresh": "short", "again": "short"}, "te kort"),
        ({"current": password, "fresh": password, "again": password}, "huidige wachtwoord"),
    ]:
        refused = browser.post("/me/password", form)
        assert refused.status_code == 422 and said in refused.text
    assert browser.post("/me/password", {"current": password, "fresh": fresh, "again": fresh}).status_code == 303
    assert browser.get("/", allow_redirects=False).status_code == 200
    assert enter(office, name, password).status_code == 422
    assert enter(office, name, fresh).status_code == 303
    assert deeds(office, "user", user_of(office, name).id).count("user.password") == 1


def test_another_role_switching_off_and_showing_out_end_the_sessions(office: Office, administrator: Browser) -> None:
    for path, form in [
        ("role", {"role": "operator", "was": "viewer"}),
        ("off", {}),
        ("sessions", {}),
        ("password", {}),
    ]:
        browser = sign_in(office.runtime, office.url, Access.VIEWER)
        user = user_of(office, browser.name)
        assert browser.get("/", allow_redirects=False).status_code == 200
        done = administrator.post(f"/users/{user.id}/{path}", form)
        assert done.status_code == (200 if path == "password" else 303)
        assert browser.get("/", allow_redirects=False).status_code == 303
        assert len(deeds(office, "user", user.id)) == 1
    newest = user_of(office, sign_in(office.runtime, office.url, Access.VIEWER).name).id
    assert administrator.post(f"/users/{newest}/role", {"role": "operator", "was": "operator"}).status_code == 422
    assert administrator.get(f"/users/{newest}?done=role").text.count("De rol is gewijzigd.") == 1
    assert administrator.get(f"/users/{2**62}").status_code == 404
    assert administrator.get(f"/users/{2**64}").status_code == 422


def test_a_switched_off_user_is_let_in_again(office: Office, administrator: Browser) -> None:
    browser = sign_in(office.runtime, office.url, Access.VIEWER)
    user = user_of(office, browser.name)
    password = made(administrator.post(f"/users/{user.id}/password"))
    administrator.post(f"/users/{user.id}/off")
    assert enter(office, user.name, password).status_code == 422
    administrator.post(f"/users/{user.id}/on")
    assert enter(office, user.name, password).status_code == 303
    assert deeds(office, "user", user.id)[:3] == ["user.password", "user.disable", "user.enable"]


def test_the_last_administrator_stays_whoever_tries_and_however_many_at_once(office: Office) -> None:
    two = [sign_in(office.runtime, office.url, Access.ADMINISTRATOR) for _ in range(2)]
    ids = [user_of(office, one.name).id for one in two]
    with office.runtime.sessions.begin() as session:
        others = update(User).where(User.id.not_in(ids), User.role == Access.ADMINISTRATOR, User.enabled)
        asleep = session.scalars(others.values(enabled=False).returning(User.id)).all()
    answers: list[int] = []
    demote = [
        Thread(target=lambda one=one, other=other: answers.append(one.post(f"/users/{other}/off").status_code))
        for one, other in zip(two, reversed(ids), strict=True)
    ]
    for thread in demote:
        thread.start()
    for thread in demote:
        thread.join()
    with office.runtime.sessions() as session:
        left = session.scalars(select(User).where(User.role == Access.ADMINISTRATOR, User.enabled)).all()
        last = left[0].id
    assert len(left) == 1 and 303 in answers and len(answers) == 2
    own = two[ids.index(last)]
    for path, form in [("off", {}), ("role", {"role": "viewer", "was": "administrator"})]:
        refused = own.post(f"/users/{last}/{path}", form)
        assert refused.status_code == 422 and "laatste beheerder" in refused.text
    with office.runtime.sessions.begin() as session:
        session.execute(update(User).where(User.id.in_([*asleep, *ids])).values(enabled=True))


def test_their_own_page_has_language_and_sessions(office: Office) -> None:
    here = sign_in(office.runtime, office.url, Access.VIEWER)
    user = user_of(office, here.name)
    there = sign_in(office.runtime, office.url, Access.VIEWER)
    with office.runtime.sessions.begin() as session:
        away = user_of(office, there.name)
        session.execute(update(WebSession).where(WebSession.user_id == away.id).values(user_id=user.id))
    shown = here.get("/me").text
    assert shown.count("een andere browser") == 1 and shown.count("deze browser") == 1
    assert here.post("/me/sessions").status_code == 303
    assert here.get("/", allow_redirects=False).status_code == 200
    assert there.get("/", allow_redirects=False).status_code == 303
    assert here.post("/me/language", {"language": "en"}).status_code == 303
    assert '<html lang="en">' in here.get("/").text
    assert '<html lang="nl">' in here.get("/?language=nl").text


def test_a_token_is_shown_once_and_lets_in_for_its_scopes_until_revoked(office: Office, administrator: Browser) -> None:
    name = f"Planner {uuid4().hex[:6]}"
    token = made(administrator.post("/tokens", {"name": name, "scope": ["read"], "ends": "2099-12-31"}))
    assert token not in administrator.get("/tokens").text
    headers = {"authorization": f"Bearer {token}"}

    def ask(path: str) -> int:
        return requests.get(f"{office.url}{path}", headers=headers, timeout=10).status_code

    assert (ask("/api/openapi.json"), ask("/api/audit")) == (200, 403)
    with office.runtime.sessions.begin() as session:
        row = session.scalars(select(ApiToken).where(ApiToken.name == name)).one()
        assert row.used_at is not None and row.ends_at is not None and row.ends_at.year == 2099
        assert token.encode() not in row.token_hash
    assert administrator.post(f"/tokens/{row.id}/revoke").status_code == 303
    assert ask("/api/openapi.json") == 401
    assert deeds(office, "token", row.id) == ["token.add", "token.revoke"]
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"name": name, "scope": ["read"]}, "al een token"),
        ({"name": "x"}, "minstens één"),
        ({"name": "y", "scope": ["read"], "ends": "2020-01-01"}, "al voorbij"),
        ({"name": "z", "scope": ["read"], "ends": "soon"}, "geen datum"),
    ]
    for form, said in wrong:
        refused = administrator.post("/tokens", form)
        assert refused.status_code == 422 and said in refused.text


@pytest.mark.parametrize("role", list(Access))
def test_a_proxy_may_show_flower_to_operators_and_administrators(office: Office, role: Access) -> None:
    browser = sign_in(office.runtime, office.url, role)
    assert browser.get("/access/flower").status_code == (401 if role == Access.VIEWER else 204)
    assert requests.get(f"{office.url}/access/flower", timeout=10).status_code == 401
