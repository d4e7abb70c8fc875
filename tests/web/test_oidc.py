"""Signing in with a work account, at a provider that behaves and at one that does not."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests
from sqlalchemy import select

from models.settings import Settings
from models.tables import Audit, User
from models.words import Access
from tasks.runtime import Runtime
from tests.fixtures.processes import StartModule
from tests.web import provider as providers
from tests.web.office import environment, open_runtime
from tests.web.provider import CLIENT, SECRET, Provider, serve
from web.access.oidc import Proof
from web.access.passwords import hash_password
from web.access.welcoming import Stranger, welcome
from worker.embedded import Servers


@dataclass
class House:
    """Hold the web process, what is behind it and the provider that it asks."""

    url: str
    runtime: Runtime
    provider: Provider

    def enter(self, back: str = "/me") -> requests.Session:
        """Go the whole way as a browser does, through the provider and back."""
        browser = requests.Session()
        browser.get(f"{self.url}/sign-in/oidc", params={"back": back}, timeout=20)
        return browser

    def add(self, **fields: Any) -> int:
        """Add a user."""
        with self.runtime.sessions.begin() as session:
            user = User(**{"name": f"user-{uuid4().hex[:8]}", "role": Access.VIEWER, **fields})
            session.add(user)
            session.flush()
            return user.id

    def who(self, browser: requests.Session) -> str:
        """Return whom the pages take a browser for; empty: nobody."""
        shown = browser.get(f"{self.url}/me", timeout=10)
        return shown.text.split('<a href="/me">')[1].split("<")[0] if "/sign-in" not in shown.url else ""


@pytest.fixture(scope="module")
def house(
    database_url: str, servers: Servers, start_shared_module: StartModule, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """Serve an office whose people sign in elsewhere."""
    folder: Path = tmp_path_factory.mktemp("house")
    provider = Provider()
    server = serve(provider)
    env = environment(database_url, servers.redis_url, folder) | {
        "BOEKBRUG_OIDC_ISSUER": provider.url,
        "BOEKBRUG_OIDC_CLIENT_ID": CLIENT,
        "BOEKBRUG_OIDC_CLIENT_SECRET": SECRET,
    }
    runtime = open_runtime(database_url, servers.redis_url, folder)
    # The address to come back to is a setting, and the port is known only once it listens: a first start finds it.
    first = start_shared_module("web", "--port", "0", env=env)
    port = first.url.rpartition(":")[2]
    first.stop()
    process = start_shared_module("web", "--port", port, env=env | {"BOEKBRUG_PUBLIC_URL": f"http://127.0.0.1:{port}"})
    yield House(process.url, runtime, provider)
    server.shutdown()
    server.server_close()
    runtime.close()


@pytest.fixture(autouse=True)
def fresh(house: House) -> None:
    """Let the provider behave."""
    house.provider.who = {"sub": uuid4().hex}
    house.provider.spoil, house.provider.sign, house.provider.status = (lambda claims: None), None, 200


def test_a_verified_address_ties_a_user_for_good(house: House) -> None:
    name, email = f"Dirk {uuid4().hex[:6]}", f"{uuid4().hex[:6]}@kantoor.example"
    user = house.add(name=name, email=email.upper())
    house.provider.who |= {"email": email, "email_verified": True}
    browser = house.enter("/me?language=en")
    assert house.who(browser) == name
    assert 'lang="en"' in browser.get(f"{house.url}/me", timeout=10).text
    assert [cookie.name for cookie in browser.cookies if "oidc" in cookie.name] == []
    subject = house.provider.who["sub"]
    house.provider.who = {"sub": subject, "email": "other@kantoor.example", "email_verified": True}
    assert house.who(house.enter()) == name
    house.provider.who = {"sub": uuid4().hex, "email": email, "email_verified": True}
    assert house.who(house.enter()) == ""
    with house.runtime.sessions() as session:
        assert session.get_one(User, user).subject == f"{house.provider.url} {subject}"
        own = select(Audit.action).where(Audit.subject_kind == "user", Audit.subject_id == str(user)).order_by(Audit.id)
        assert session.scalars(own).all() == ["user.bind", "session.open", "session.open"]
    assert house.provider.refused == []


@pytest.mark.parametrize(
    ("fields", "claims"),
    [
        ({"email": "e@kantoor.example"}, {"email": "e@kantoor.example"}),
        ({"email": "f@kantoor.example"}, {"email": "f@kantoor.example", "email_verified": "true"}),
        ({"name": "gerda", "password": "$argon2id$"}, {"preferred_username": "gerda"}),
        ({"name": "henk", "enabled": False}, {"preferred_username": "henk"}),
        ({}, {"preferred_username": "nobody-here"}),
    ],
)
def test_who_is_not_known_for_certain_stays_out(house: House, fields: dict[str, Any], claims: dict[str, Any]) -> None:
    user = house.add(**fields)
    house.provider.who |= claims
    browser = house.enter()
    assert house.who(browser) == "" and "boekbrug" not in browser.cookies
    with house.runtime.sessions() as session:
        assert session.get_one(User, user).subject is None


def _late(claims: dict[str, Any]) -> None:
    claims["exp"] = claims["iat"] = claims["iat"] - 3600


@pytest.mark.parametrize(
    ("spoil", "sign"),
    [
        (lambda claims: claims.update(nonce="another"), None),
        (lambda claims: claims.pop("nonce"), None),
        (lambda claims: claims.update(aud="another"), None),
        (lambda claims: claims.update(aud=[CLIENT, "another"]), None),
        (lambda claims: claims.update(iss="https://another.example"), None),
        (lambda claims: claims.pop("exp"), None),
        (lambda claims: claims.pop("sub"), None),
        (_late, None),
        (None, providers.unsigned),
        (None, providers.signed_by_another),
        (None, providers.signed_by_secret),
    ],
)
def test_a_token_that_does_not_hold_lets_nobody_in(
    house: House, spoil: Callable[[dict[str, Any]], None] | None, sign: Any
) -> None:
    name = f"ina-{uuid4().hex[:6]}"
    house.add(name=name)
    house.provider.who |= {"preferred_username": name}
    house.provider.spoil, house.provider.sign = spoil or (lambda claims: None), sign
    browser = requests.Session()
    end = browser.get(f"{house.url}/sign-in/oidc", timeout=20)
    assert end.url.endswith("/sign-in?done=oidc_failed") and "boekbrug" not in browser.cookies
    house.provider.spoil, house.provider.sign = (lambda claims: None), None
    assert house.who(house.enter()) == name


def test_what_was_begun_in_another_browser_is_not_finished_in_this_one(house: House) -> None:
    name = f"jan-{uuid4().hex[:6]}"
    house.add(name=name)
    house.provider.who |= {"preferred_username": name}
    begun = requests.get(f"{house.url}/sign-in/oidc", allow_redirects=False, timeout=10)
    assert begun.headers["location"].startswith(f"{house.provider.url}/authorize?")
    assert "HttpOnly" in begun.headers["set-cookie"] and "Max-Age=600" in begun.headers["set-cookie"]
    back = requests.get(begun.headers["location"], allow_redirects=False, timeout=10).headers["location"]
    other = requests.get(f"{house.url}/sign-in/oidc", allow_redirects=False, timeout=10)
    for cookies in ({}, {"boekbrug-oidc": "AAAA"}, {"boekbrug-oidc": "é"}, other.cookies.get_dict()):
        sent = "; ".join(f"{key}={value}" for key, value in cookies.items()).encode()
        answer = requests.get(back, headers={"cookie": sent}, allow_redirects=False, timeout=10)
        assert answer.headers["location"] == "/sign-in?done=oidc_failed"
    refused = requests.get(f"{back}&error=access_denied", cookies=begun.cookies, allow_redirects=False, timeout=10)
    assert refused.headers["location"] == "/sign-in?done=oidc_failed"
    assert requests.get(back, cookies=begun.cookies, allow_redirects=False, timeout=10).headers["location"] == "/"
    # The code worked once.
    assert (
        "oidc_failed"
        in requests.get(back, cookies=begun.cookies, allow_redirects=False, timeout=10).headers["location"]
    )


def test_no_other_site_is_gone_on_to(house: House) -> None:
    name = f"kees-{uuid4().hex[:6]}"
    house.add(name=name)
    house.provider.who |= {"preferred_username": name}
    browser = requests.Session()
    end = browser.get(f"{house.url}/sign-in/oidc", params={"back": "//evil.example"}, timeout=20)
    assert end.url == f"{house.url}/"


def test_a_provider_that_is_away_is_said_in_words(house: House) -> None:
    house.provider.status = 503
    begun = requests.get(f"{house.url}/sign-in/oidc", allow_redirects=False, timeout=10)
    if begun.headers["location"].startswith("/sign-in?"):
        shown = requests.get(house.url + begun.headers["location"], timeout=10, headers={"accept-language": "nl"})
        assert "antwoordt niet" in shown.text
    else:  # What the provider says of itself is remembered for a while; its keys are not.
        house.provider.status = 200
        back = requests.get(begun.headers["location"], allow_redirects=False, timeout=10).headers["location"]
        house.provider.status = 503
        end = requests.get(back, cookies=begun.cookies, allow_redirects=False, timeout=10)
        assert end.headers["location"] == "/sign-in?done=oidc_away"


def judged(house: House, claims: dict[str, Any], **settings: Any) -> tuple[str, str]:
    """Return name and role of whom the claims let in under other settings."""
    chosen = Settings.model_validate(house.runtime.settings.model_dump() | settings)
    with house.runtime.sessions.begin() as session:
        user = welcome(session, chosen, Proof(f"issuer {claims['sub']}", claims))
        return user.name, user.role


def test_the_provider_may_decide_who_enters_and_as_what(house: House) -> None:
    name = f"lia-{uuid4().hex[:6]}"
    claims = {"sub": uuid4().hex, "preferred_username": name}
    claim = {"oidc_role_claim": "roles"}
    with pytest.raises(Stranger):
        judged(house, claims, **claim)
    assert judged(house, claims | {"roles": ["other", "operator", "viewer"]}, **claim) == (name, "operator")
    assert judged(house, claims | {"roles": "viewer"}, **claim) == (name, "viewer")
    with pytest.raises(Stranger):
        judged(house, claims | {"roles": ["other"]}, **claim)
    assert judged(house, {**claims, "sub": "2", "preferred_username": f"{name}2"}, oidc_default_role="viewer") == (
        f"{name}2",
        "viewer",
    )


def test_the_last_administrator_stays_one_whatever_the_provider_says(house: House) -> None:
    name = f"mia-{uuid4().hex[:6]}"
    user = house.add(name=name, role=Access.ADMINISTRATOR, password=hash_password("used only once"), must_change=True)
    with house.runtime.sessions.begin() as session:
        session.get_one(User, user).email = f"{name}@kantoor.example"
    claims = {"sub": uuid4().hex, "email": f"{name}@kantoor.example", "email_verified": True, "roles": "viewer"}
    assert judged(house, claims, oidc_role_claim="roles") == (name, "administrator")
    with house.runtime.sessions() as session:
        kept = session.get_one(User, user)
        assert (kept.password, kept.must_change) == (None, False)
