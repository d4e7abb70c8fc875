from collections.abc import Iterator

import pytest

from tests.sandbox.clients import Client, MailSink, Nextens, Simplicate, SnelStart, Started


@pytest.fixture(scope="session")
def snelstart_url() -> Iterator[str]:
    started = Started("sandbox.snelstart", "--tier", "none")
    yield started.url
    assert started.stop() == 0


@pytest.fixture(scope="session")
def simplicate_url() -> Iterator[str]:
    started = Started("sandbox.simplicate", "--per-minute", "0")
    yield started.url
    assert started.stop() == 0


@pytest.fixture(scope="session")
def nextens_url() -> Iterator[str]:
    started = Started("sandbox.nextens", "--per-minute", "0")
    yield started.url
    assert started.stop() == 0


@pytest.fixture(scope="session")
def mail_sink() -> Iterator[MailSink]:
    sink = MailSink()
    yield sink
    sink.session.close()
    sink.process.terminate()
    out, err = sink.process.communicate(timeout=10)
    assert (sink.process.returncode, out, err) == (0, "", "")


def afresh(client: Client) -> None:
    client.control("POST", "reset", {})
    client.control("PUT", "limits", {"windows": [], "concurrent": None})


@pytest.fixture
def snelstart(snelstart_url: str) -> Iterator[SnelStart]:
    client = SnelStart(snelstart_url)
    afresh(client)
    before = client.control("GET", "options")
    client.login()
    yield client
    client.control("PUT", "options", before)
    client.control("POST", "clock_offset", {"seconds": 0})
    client.session.close()


@pytest.fixture
def simplicate(simplicate_url: str) -> Iterator[Simplicate]:
    client = Simplicate(simplicate_url)
    afresh(client)
    before = client.control("GET", "options")
    yield client
    client.control("PUT", "options", before)
    client.control("POST", "clock_offset", {"seconds": 0})
    client.control("PUT", "hooks", {"targets": []})
    client.session.close()


@pytest.fixture
def nextens(nextens_url: str) -> Iterator[Nextens]:
    client = Nextens(nextens_url)
    afresh(client)
    before = client.control("GET", "options")
    client.control("PUT", "tokens", {"refresh_tokens": ["sandbox-refresh"]})
    client.login()
    yield client
    client.control("PUT", "options", before)
    client.control("POST", "clock_offset", {"seconds": 0})
    client.session.close()


@pytest.fixture
def sink(mail_sink: MailSink) -> MailSink:
    mail_sink.control("POST", "reset")
    return mail_sink
