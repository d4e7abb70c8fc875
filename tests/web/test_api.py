"""The JSON API: closed without a token, and answered only for what is stored."""

import pytest
import requests

from tests.web.conftest import Office
from tests.web.office import API_TOKEN, job_of
from tests.web.people import api_headers

CHANGE = {"connection": "crm", "kind": "relation", "record_id": "organization:api"}


def tell(office: Office, change: dict[str, str], token: str = API_TOKEN) -> requests.Response:
    """Post a change."""
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return requests.post(f"{office.url}/api/changes", json=change, headers=headers, timeout=10)


def test_a_change_told_with_a_token_becomes_a_job(office: Office) -> None:
    answer = tell(office, CHANGE)
    job = job_of(office.runtime, "api")
    assert answer.status_code == 202
    assert job is not None
    assert answer.json() == {"accepted": 1, "correlation_id": str(job.correlation_id)}


@pytest.mark.parametrize("token", ["", "guessed-but-long-enough", "short", "é" * 20])
def test_without_a_known_token_nothing_is_heard(office: Office, token: str) -> None:
    answer = tell(office, CHANGE | {"record_id": "organization:closed"}, token)
    assert answer.status_code == 401
    assert job_of(office.runtime, "closed") is None


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"connection": "nobody"}, 404),
        ({"kind": "planet"}, 422),
        ({"record_id": ""}, 422),
        ({"record_id": "a\0b"}, 422),
        ({"connection": "a\0b"}, 422),
        ({"more": "than known"}, 422),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(office: Office, wrong: dict[str, str], status: int) -> None:
    assert tell(office, CHANGE | wrong).status_code == status


def test_the_api_describes_itself_and_nothing_else(office: Office) -> None:
    headers = api_headers(office.runtime, "read")
    described = requests.get(f"{office.url}/api/openapi.json", headers=headers, timeout=10).json()
    assert "/api/changes" in described["paths"]
    assert all(path.startswith("/api/") for path in described["paths"])
