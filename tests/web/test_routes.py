"""Every address asks who is there; the table of them is tests/web/routes.py, to which each new route is added."""

import asyncio
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import requests
from fastapi import FastAPI, Request
from fastapi.routing import APIRoute
from sqlalchemy import text
from starlette.responses import Response

from models.settings import Settings
from models.tables import Base
from models.words import Access
from tests.web.conftest import Office
from tests.web.office import API_TOKEN, KEYS, SECRETS, TOKEN
from tests.web.people import Browser, api_headers, sign_in
from tests.web.routes import ROLES, SCOPES, TABLE
from web import app as application
from web.access.callers import Allows
from web.access.cookies import keep_session
from web.access.entering import Entered
from web.access.guard import Needs, passing
from web.security import HEADERS, harden
from web.site import Site

LOWER = {"operator": "viewer", "administrator": "operator"}
MOVING = ("web_session", "api_token", "sign_in")
"""Tables that merely being asked may touch: when a session or token was last seen."""

Route = tuple[str, str]


@pytest.fixture(scope="module")
def routes(office: Office) -> Iterator[dict[Route, Any]]:
    """Return every route that the application really has."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(application, "_set_up_logging", lambda _: None)
        door = application.create_app(office.runtime.settings)
    found: dict[Route, Any] = {("POST", "/hooks/{token}"): None}
    for route in flat(door.rest.routes):
        for method in getattr(route, "methods", None) or {"GET"}:
            if method != "HEAD":
                found[method, route.path] = getattr(route, "original_route", route)
    yield found
    door.rest.state.site.runtime.close()


def flat(routes: Iterable[Any]) -> Iterator[Any]:
    """Return routes with those of included routers, under the paths at which they are served."""
    for route in routes:
        if hasattr(route, "effective_candidates"):
            yield from flat(route.effective_candidates())
        else:
            yield route


@pytest.fixture(scope="module")
def people(office: Office) -> dict[str, Browser]:
    """Sign one person in for each role."""
    return {role: sign_in(office.runtime, office.url, Access(role)) for role in ROLES}


def needs(*words: str) -> list[Route]:
    """Return the routes of the table that need one of these."""
    return [route for route, need in TABLE.items() if need in words]


def filled(path: str) -> str:
    """Return an address of a route."""
    return re.sub(r"\{[^}]+\}", "1", path)


def dependencies(route: APIRoute) -> list[Any]:
    """Return everything that a route depends on, however deep."""
    found, waiting = [], [route.dependant]
    while waiting:
        one = waiting.pop()
        found.append(one.call)
        waiting += one.dependencies
    return found


def declared(route: APIRoute) -> str:
    """Return what a route says it needs, in the table's words."""
    calls = dependencies(route)
    asked = [call.role.value for call in calls if isinstance(call, Needs)]
    asked += [call.scope.value for call in calls if isinstance(call, Allows)]
    return asked[0] if asked else "own" if passing in calls else "nothing"


def test_every_route_is_listed_and_says_itself_what_the_list_says(routes: dict[Route, Any]) -> None:
    missing = sorted(set(routes) - set(TABLE))
    assert not missing, f"add to tests/web/routes.py: {missing}"
    gone = sorted(set(TABLE) - set(routes))
    assert not gone, f"take out of tests/web/routes.py: {gone}"
    known = (*ROLES, *SCOPES, "own")
    assert all(need in known or need.startswith(("open: ", "itself: ")) for need in TABLE.values())
    told = {key: declared(route) for key, route in routes.items() if isinstance(route, APIRoute)}
    wrong = {
        key: (told.get(key), need)
        for key, need in TABLE.items()
        if (told.get(key, "nothing") != need if need in known else told.get(key, "nothing") != "nothing")
    }
    assert not wrong
    assert all(key[1].startswith("/api/") == (need in SCOPES) for key, need in TABLE.items() if need in known)


def test_strangers_are_sent_to_the_sign_in_page(office: Office) -> None:
    for method, path in needs(*ROLES, "own"):
        answer = requests.request(method, office.url + filled(path), allow_redirects=False, timeout=15)
        assert answer.status_code == 303, (method, path)
        assert answer.headers["location"].startswith("/sign-in?back=/"), (method, path)


def test_a_lower_role_is_refused_in_words(people: dict[str, Browser]) -> None:
    for method, path in needs(*LOWER):
        browser = people[LOWER[TABLE[method, path]]]
        answer = browser.get(filled(path)) if method == "GET" else browser.post(filled(path))
        assert answer.status_code == 403, (method, path)
        assert "Vraag een beheerder" in answer.text or "Ask an administrator" in answer.text


def state(office: Office) -> dict[str, Any]:
    """Return of every table how many rows it has and which transaction touched it last."""
    with office.runtime.sessions() as session:
        return {
            name: session.execute(text(f'SELECT count(*), max(xmin::text::bigint) FROM "{name}"')).one()
            for name in Base.metadata.tables
            if name not in MOVING
        }


def test_without_the_forms_own_token_nothing_is_done(office: Office, people: dict[str, Browser]) -> None:
    before = state(office)
    other = people["viewer"]
    for method, path in needs(*ROLES, "own"):
        if method == "GET":
            continue
        browser = people["administrator"]
        for csrf in ("", "é", "0" * 64):
            answer = browser.post(filled(path), {"csrf": csrf})
            assert answer.status_code == 403, (method, path)
        foreign = requests.post(
            office.url + filled(path),
            data={"csrf": "x"},
            headers={"cookie": f"boekbrug={other.token}"},
            allow_redirects=False,
            timeout=15,
        )
        assert foreign.status_code == 403, (method, path)
    assert state(office) == before


def test_the_api_wants_a_token_of_the_right_scope(office: Office, administrator: Browser) -> None:
    before = state(office)
    for method, path in needs(*SCOPES):
        url = office.url + filled(path)
        for headers in ({}, {"authorization": "Bearer unknown"}, {"cookie": f"boekbrug={administrator.token}"}):
            assert requests.request(method, url, headers=headers, timeout=15).status_code == 401, (method, path)
    tokens = {need: api_headers(office.runtime, *(scope for scope in SCOPES if scope != need)) for need in SCOPES}
    for method, path in needs(*SCOPES):
        headers = tokens[TABLE[method, path]]
        answer = requests.request(method, office.url + filled(path), headers=headers, timeout=15)
        assert answer.status_code == 403, (method, path)
    assert state(office) == before


def test_the_description_of_the_api_is_for_those_who_may_use_it(office: Office, viewer: Browser) -> None:
    url = f"{office.url}/api/openapi.json"
    assert requests.get(url, timeout=10).status_code == 401
    assert requests.get(url, headers=api_headers(office.runtime, "operate"), timeout=10).status_code == 403
    described = requests.get(url, headers=api_headers(office.runtime, "read"), timeout=10).json()
    assert set(described["paths"]) >= {re.sub(r":\w+}", "}", path) for _, path in needs(*SCOPES)}
    assert viewer.get("/api/openapi.json").json() == described


def test_every_answer_tells_browsers_what_they_may(office: Office, administrator: Browser) -> None:
    addresses = ["/", "/sign-in", "/users", "/nothing-here", "/users/x", "/api/audit", "/api/nothing", "/healthz"]
    addresses += ["/static/boekbrug.css", "/static/nothing.css", "/metrics", "/audit.csv"]
    for path in addresses:
        answer = administrator.get(path)
        expected = HEADERS | ({"cache-control": "public, max-age=600"} if path.endswith("boekbrug.css") else {})
        assert {name: answer.headers.get(name) for name in expected} == expected, path
        assert "server" not in answer.headers and "strict-transport-security" not in answer.headers
    assert requests.delete(f"{office.url}/users", timeout=10).headers["x-content-type-options"] == "nosniff"


def test_a_body_that_is_too_big_is_not_read_to_its_end(office: Office) -> None:
    form = {"name": "x", "password": "y", "back": "z" * 2_000_000}
    assert requests.post(f"{office.url}/sign-in", data=form, timeout=10).status_code == 413


def test_no_answer_holds_a_secret(office: Office, administrator: Browser) -> None:
    kept = [API_TOKEN, KEYS.partition(":")[2], *SECRETS, TOKEN, "$argon2", administrator.token]
    for (method, path), need in TABLE.items():
        if method == "GET":
            answer = administrator.get(filled(path), allow_redirects=False)
            assert answer.status_code != 500, path
            said = answer.text + str(answer.headers)
            assert not [secret for secret in kept if secret in said], (path, need)


def broken() -> FastAPI:
    """Return an application that breaks at one address and says who asks at another."""
    app = FastAPI()

    @app.get("/breaks")
    def breaks() -> None:
        raise RuntimeError("on purpose")

    @app.get("/who")
    def who(request: Request) -> dict[str, str]:
        return {"host": request.client.host if request.client else "", "scheme": request.url.scheme}

    return app


def ask(path: str, client: str = "127.0.0.1", **settings: str) -> tuple[dict[str, str], str]:
    """Ask an application, hardened by these settings, as its server would."""
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    forwarded = [(b"x-forwarded-for", b"198.51.100.7"), (b"x-forwarded-proto", b"https")]
    scope = {"type": "http", "method": "GET", "path": path, "raw_path": path.encode(), "query_string": b""}
    scope |= {"headers": forwarded, "client": (client, 1), "server": ("here", 80), "scheme": "http", "root_path": ""}
    hardened = harden(broken(), Settings.model_validate(settings))
    try:
        asyncio.run(hardened(scope, receive, send))  # type: ignore[arg-type]
    except RuntimeError:
        assert path == "/breaks"
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return headers, b"".join(one.get("body", b"") for one in sent[1:]).decode()


def test_a_page_that_breaks_says_nothing_and_keeps_the_headers() -> None:
    headers, body = ask("/breaks", public_url="https://brug.example")
    assert HEADERS.items() <= headers.items()
    assert headers["strict-transport-security"] == "max-age=63072000"
    assert "on purpose" not in body


@pytest.mark.parametrize(
    ("trusted", "client", "host"),
    [
        ("", "127.0.0.1", "127.0.0.1"),
        ("10.1.0.0/16", "127.0.0.1", "127.0.0.1"),
        ("192.0.2.1, 10.1.0.0/16", "10.1.2.3", "198.51.100.7"),
        ("*", "203.0.113.9", "198.51.100.7"),
    ],
)
def test_only_proxies_of_ours_say_for_whom_they_ask(trusted: str, client: str, host: str) -> None:
    assert f'"host":"{host}"' in ask("/who", client, trusted_proxies=trusted)[1]


def test_behind_tls_the_cookie_keeps_to_this_host_and_to_tls(office: Office) -> None:
    settings = office.runtime.settings.model_copy(update={"public_url": "https://brug.example"})
    answer = Response()
    keep_session(Site(replace(office.runtime, settings=settings)), answer, Entered("token", ""))
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-boekbrug=token;")
    for part in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie
