"""Whatever is sent to the API or the hooks' door, nothing breaks: no 5xx, and answers as documented.

BOEKBRUG_FUZZ_REQUESTS says how many requests are made; each operation of the API and the hooks get an equal share.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any
from urllib.parse import quote

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from models.words import Access
from tests.fixtures.bridge import Bridge
from tests.fixtures.sandboxes import Sandboxes
from tests.flows.sandbox_data import numbered_customer
from tests.flows.test_decisions import in_books
from tests.web.conftest import Office
from tests.web.fuzzing import ROWS, PageRequest, Stage, page_requests, requests_to
from tests.web.office import SECRETS, TOKEN, signature
from tests.web.people import Browser, api_headers, sign_in
from web.access.callers import Scope

REQUESTS = int(os.environ.get("BOEKBRUG_FUZZ_REQUESTS", "1000"))
CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


ONE_EACH = {"connection": "close"}
"""A connection that is kept may be closed by the other end at the very moment it is used again."""
USED_UP = 25
"""Requests after which the rows are laid anew: what was broken, decided or paused cannot be so again."""
BROKE = "Exception in ASGI application"
"""What the server logs of an answer that broke off, with or without a status."""


def thoroughly(share: int) -> settings:
    """Return how hypothesis spends a share of the requests; it makes none smaller, as each changes the office."""
    return settings(
        max_examples=max(5, share),
        deadline=None,
        database=None,
        derandomize=REQUESTS <= 1000,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture(scope="module")
def stage(office: Office, sandboxes: Sandboxes) -> Iterator[Stage]:
    """Put stand-ins behind the office, and through them relations of which one was changed later."""
    keys = ("simplicate", "--per-minute", "0"), ("snelstart", "--tier", "none")
    crm, books = (sandboxes.lend(*key) for key in keys)
    bridge = Bridge(office.runtime.outside, crm, books)
    bridge.apply()
    records = [bridge.crm_save(None, **numbered_customer(number)) for number in range(ROWS)]
    bridge.sync(*records)
    bridge.sync(bridge.crm_save(records[0], phone="0201112233"))
    made = Stage(office, bridge, [in_books(bridge, naam=f"Vrij {number}") for number in range(ROWS)])
    made.remember()
    yield made
    for key, process in zip(keys, (crm, books), strict=True):
        sandboxes.take_back(key, process)


def administrator(office: Office) -> Browser:
    """Sign an administrator in."""
    browser = sign_in(office.runtime, office.url, Access.ADMINISTRATOR)
    browser.session.headers.update(ONE_EACH)
    return browser


def described(office: Office) -> Any:
    """Return the API as its document describes it."""
    schema = schemathesis.openapi.from_dict(administrator(office).get("/api/openapi.json").json())
    schema.config.update(base_url=office.url)
    return schema


@pytest.mark.timeout(3000)
def test_no_request_breaks_the_api(office: Office, stage: Stage) -> None:
    session = requests.Session()
    session.headers.update(ONE_EACH | api_headers(office.runtime, *Scope))
    operations = [one.ok() for one in described(office).get_all_operations() if isinstance(one, Ok)]
    told: Counter[tuple[str, int]] = Counter()
    wrong: dict[tuple[str, str], str] = {}
    rows = stage.lay()
    for operation in operations:

        @thoroughly(REQUESTS // (len(operations) + 1))
        @given(case=requests_to(operation, rows))
        def ask(case: Case[Any]) -> None:
            if told.total() % USED_UP == 0:
                rows[:] = stage.lay()
            answer = case.call(session=session, timeout=60)
            told[case.operation.label, answer.status_code] += 1
            try:
                case.validate_response(answer, checks=CHECKS)
            except FailureGroup as failures:
                for one in failures.exceptions:
                    wrong.setdefault((case.operation.label, one.title), f"{one}\n{case.as_curl_command()}")

        ask()
        # A long run tells what it found where it is.
        statuses = {status: count for (label, status), count in told.items() if label == operation.label}
        print(operation.label, statuses, *(text for (label, _), text in wrong.items() if label == operation.label))
    assert not wrong, "\n\n".join(f"{label}: {text}" for (label, _), text in wrong.items())
    assert BROKE not in office.log.read_text()
    done = {label for label, status in told if status < 300}
    assert REQUESTS < 1000 or {one.label for one in operations} - done == set()


@pytest.mark.parametrize("odd", ["%ff", "%ED%A0%80", "%00", "%2f", "%2e%2e", "%", "x" * 5000])
def test_no_address_breaks_the_api(office: Office, odd: str) -> None:
    headers = api_headers(office.runtime, *Scope)
    host = office.url.removeprefix("http://")
    for operation in (one.ok() for one in described(office).get_all_operations()):
        parts = [odd if part.startswith("{") else part for part in operation.path.split("/")]
        for method in (operation.method, "PATCH", "HEAD"):
            for address in ("/".join(parts), f"{'/'.join(parts)}?{odd}={odd}&search={odd}&after={odd}&name={odd}"):
                connection = HTTPConnection(host, timeout=60)
                connection.request(method.upper(), address, headers=headers)
                assert connection.getresponse().status < 500, (method, address)
                connection.close()


@pytest.mark.timeout(3000)
def test_no_request_breaks_a_page(office: Office, stage: Stage) -> None:
    told: Counter[tuple[str, int]] = Counter()
    wrong: dict[str, object] = {}

    browsers = [administrator(office)]

    @thoroughly(REQUESTS // 4)
    @given(asked=page_requests(stage.lay()))
    def ask(asked: PageRequest) -> None:
        posts = asked.method == "POST"
        send = browsers[-1].post if posts else browsers[-1].get
        answer = send(quote(asked.path), **{"data" if posts else "params": dict(asked.given)})
        told[asked.method, answer.status_code] += 1
        if answer.status_code >= 500:
            wrong.setdefault(f"{asked.method} {asked.path.rstrip('0123456789')}", asked)
        if "/sign-in" in answer.url + answer.headers.get("location", ""):  # That very request signed us out.
            browsers.append(administrator(office))

    ask()
    print(*sorted(told.items()), sep="\n")
    assert not wrong
    assert BROKE not in office.log.read_text()


CONTENTS = st.one_of(
    st.binary(max_size=300),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
        max_leaves=12,
    ),
    st.fixed_dictionaries(
        {
            "event": st.sampled_from(["organization.updated", "person.created", "invoice.deleted", ""]) | st.text(),
            "data": st.fixed_dictionaries({"id": st.text(max_size=300) | st.integers() | st.none()}) | st.none(),
        }
    ),
)
NAMES = st.text("abcdefghijklmnopqrstuvwxyz-", min_size=1, max_size=20)
TOKENS = st.just(TOKEN) | st.text("ab/.%0", min_size=1)
HEADERS = st.dictionaries(NAMES, st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=60), max_size=3)


@pytest.mark.timeout(3000)
def test_no_hook_breaks_the_door(office: Office) -> None:
    session = requests.Session()

    @thoroughly(REQUESTS // 5)
    @given(content=CONTENTS, headers=HEADERS, signed=st.booleans(), token=TOKENS)
    def holds(content: Any, headers: dict[str, str], signed: bool, token: str) -> None:
        body = content if isinstance(content, bytes) else _json(content)
        given_headers = {f"x-{name}": value for name, value in headers.items()}
        if signed:
            given_headers |= signature(body, SECRETS[0])
        url = f"{office.url}/hooks/{token}"
        answer = session.post(url, data=body, headers=given_headers, timeout=30, allow_redirects=False)
        assert answer.status_code < 500, (answer.status_code, body[:100])

    holds()


def _json(content: Any) -> bytes:
    return json.dumps(content).encode("utf-8", "surrogatepass")
