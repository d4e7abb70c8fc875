"""One process renews a token, everybody else waits for it, and it is stored before it is used."""

import threading
import time
from collections.abc import Iterator

import pytest

from adapters import tokens
from adapters.errors import Unavailable
from adapters.outside import Outside
from adapters.tokens import Fetch, TokenGrant, TokenStore
from models.tables import ConnectionToken
from tests.adapters.support import add_connection, make_engine, make_outside


@pytest.fixture
def outside(database_url: str, redis_url: str) -> Iterator[Outside]:
    engine = make_engine(database_url)
    bundle = make_outside(engine, redis_url)
    yield bundle
    bundle.redis.close()
    engine.dispose()


class Issuer:
    """A token address with rotating refresh tokens, that checks nobody asks with an old one."""

    def __init__(self, lives: float = 3600, takes: float = 0) -> None:
        self.lives, self.takes = lives, takes
        self.asked: list[str | None] = []

    def __call__(self, refresh: str | None) -> TokenGrant:
        number = len(self.asked)
        assert refresh == (f"refresh-{number}" if number else None)
        self.asked.append(refresh)
        time.sleep(self.takes)
        return TokenGrant(f"access-{number + 1}", self.lives, f"refresh-{number + 1}")


def forget(_: Outside) -> None:
    """Be another process: nothing is cached."""
    tokens._caches.clear()


def test_a_token_is_fetched_once_and_found_by_other_processes(outside: Outside) -> None:
    info, issuer = add_connection(outside), Issuer()
    assert TokenStore(info.id, outside).current(issuer, refresh=False) == "access-1"
    assert TokenStore(info.id, outside).current(issuer, refresh=False) == "access-1"
    forget(outside)
    assert TokenStore(info.id, outside).current(issuer, refresh=False) == "access-1"
    assert len(issuer.asked) == 1


def test_a_refused_token_is_renewed_once_for_all_who_had_it(outside: Outside) -> None:
    info, issuer = add_connection(outside), Issuer()
    first, second = TokenStore(info.id, outside), TokenStore(info.id, outside)
    first.current(issuer, refresh=False)
    second.current(issuer, refresh=False)
    assert first.current(issuer, refresh=True) == "access-2"
    assert second.current(issuer, refresh=True) == "access-2"
    assert second.current(issuer, refresh=True) == "access-3"


def test_a_token_near_its_end_is_renewed(outside: Outside) -> None:
    info, issuer = add_connection(outside), Issuer(lives=0.2)
    store = TokenStore(info.id, outside)
    store.current(issuer, refresh=False)
    time.sleep(0.2)
    assert store.current(issuer, refresh=False) == "access-2"


def test_many_at_once_wait_for_one(outside: Outside) -> None:
    info, issuer, got = add_connection(outside), Issuer(takes=0.3), list[str]()

    def work() -> None:
        forget(outside)
        got.append(TokenStore(info.id, outside).current(issuer, refresh=False))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == ["access-1"] * 8
    assert len(issuer.asked) == 1


def test_a_failed_renewal_lets_the_next_one_try_at_once(outside: Outside) -> None:
    info = add_connection(outside)

    def away(_: str | None) -> TokenGrant:
        raise Unavailable("token address")

    with pytest.raises(Unavailable):
        TokenStore(info.id, outside).current(away, refresh=False)
    begin = time.monotonic()
    assert TokenStore(info.id, outside).current(Issuer(), refresh=False) == "access-1"
    assert time.monotonic() - begin < 2


def test_a_renewer_whose_lease_ran_out_takes_the_token_of_its_successor(
    outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    info = add_connection(outside)
    monkeypatch.setattr(tokens, "LEASE_SECONDS", 0.3)

    def slow(_: str | None) -> TokenGrant:
        time.sleep(0.2)
        monkeypatch.setattr(tokens, "LEASE_SECONDS", 5)
        successor = TokenStore(info.id, outside)
        assert successor.current(lambda _: TokenGrant("newer", 3600), refresh=False) == "newer"
        return TokenGrant("late", 3600)

    assert TokenStore(info.id, outside).current(slow, refresh=False) == "newer"


def test_no_session_is_open_while_the_vendor_is_asked_and_nothing_is_stored_in_the_clear(
    outside: Outside,
) -> None:
    info = add_connection(outside)

    def fetch(_: str | None) -> TokenGrant:
        engine = outside.sessions.kw["bind"]
        assert engine.pool.checkedout() == 0
        return TokenGrant("secret-token", 3600)

    TokenStore(info.id, outside).current(fetch, refresh=False)
    with outside.sessions() as session:
        row = session.get_one(ConnectionToken, info.id)
    assert row.sealed is not None
    assert b"secret-token" not in row.sealed
    assert "secret" not in repr(TokenGrant("secret", 1, "secret"))


def asked_with(seen: list[str | None], rotates: bool = True) -> Fetch:
    """Make a token address that notes what it was asked with."""

    def fetch(refresh: str | None) -> TokenGrant:
        seen.append(refresh)
        number = len(seen)
        return TokenGrant(f"access-{number}", 3600, f"rotated-{number}" if rotates else None)

    return fetch


def test_a_pasted_token_is_used_at_once_and_stored_sealed(outside: Outside) -> None:
    info, seen = add_connection(outside), list[str | None]()
    store = TokenStore(info.id, outside)
    store.paste("pasted-token")
    with outside.sessions() as session:
        row = session.get_one(ConnectionToken, info.id)
    assert row.sealed is not None and b"pasted" not in row.sealed
    assert store.current(asked_with(seen), refresh=False) == "access-1"
    assert seen == ["pasted-token"]


def test_a_pasted_token_ends_the_access_token_of_the_former_one(outside: Outside) -> None:
    info, seen = add_connection(outside), list[str | None]()
    store, fetch = TokenStore(info.id, outside), asked_with(seen)
    store.paste("first")
    store.current(fetch, refresh=False)
    store.paste("second")
    assert store.current(fetch, refresh=False) == "access-2"
    assert store.current(fetch, refresh=True) == "access-3"
    assert seen == ["first", "second", "rotated-2"]


def test_a_token_pasted_while_another_is_renewed_wins(outside: Outside) -> None:
    info, seen = add_connection(outside), list[str | None]()
    store = TokenStore(info.id, outside)
    store.paste("first")

    def slow(refresh: str | None) -> TokenGrant:
        if refresh == "first":
            store.paste("second")
        return asked_with(seen)(refresh)

    assert store.current(slow, refresh=False) == "access-2"
    assert seen == ["first", "second"]


def test_the_file_begins_and_the_vendors_newest_goes_on(outside: Outside) -> None:
    info, seen = add_connection(outside), list[str | None]()
    for refresh in (False, True):
        forget(outside)
        TokenStore(info.id, outside, "from-file").current(asked_with(seen), refresh)
    store = TokenStore(info.id, outside, "from-file")
    store.current(asked_with(seen), refresh=True)
    store.current(asked_with(seen), refresh=True)
    assert seen[0] == "from-file"
    assert "from-file" not in seen[1:]


def test_a_pasted_token_wins_from_the_file_until_the_file_names_another(outside: Outside) -> None:
    info, seen = add_connection(outside), list[str | None]()
    fetch = asked_with(seen)
    TokenStore(info.id, outside, "from-file").current(fetch, refresh=False)
    TokenStore(info.id, outside, "from-file").paste("pasted")
    forget(outside)
    TokenStore(info.id, outside, "from-file").current(fetch, refresh=False)
    TokenStore(info.id, outside, "changed-file").current(fetch, refresh=False)
    TokenStore(info.id, outside, "changed-file").current(fetch, refresh=False)
    TokenStore(info.id, outside).current(fetch, refresh=False)
    assert seen == ["from-file", "pasted", "changed-file"]


def test_a_vendor_that_does_not_rotate_gets_the_same_token_again(outside: Outside) -> None:
    info, seen = add_connection(outside), list[str | None]()
    store, fetch = TokenStore(info.id, outside, "from-file"), asked_with(seen, rotates=False)
    store.current(fetch, refresh=False)
    store.current(fetch, refresh=True)
    assert seen == ["from-file", "from-file"]
