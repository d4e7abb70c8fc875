"""The deadline and the certainty that nothing was sent hold over TLS as well."""

import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from adapters.deadline import Deadline
from adapters.transport import TransportError, send, session_of
from tests.adapters.vendor import Answer, Exchange, Vendor, answer

SECONDS = 0.5


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a certificate for 127.0.0.1 that is its own authority; key and certificate in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "vendor")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    path.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return path


class Tls:
    """A scripted vendor behind TLS, and calls to it."""

    def __init__(self, certificate: Path) -> None:
        self.certificate = certificate
        self.vendors: list[Vendor] = []

    def start(self, given: Answer, *, silent: bool = False) -> str:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        self.vendors.append(Vendor([given], None if silent else context))
        return self.vendors[-1].url.replace("http:", "https:")

    def call(self, url: str, connection_id: int, *, trusted: bool = True) -> int:
        session_of(connection_id).verify = str(self.certificate) if trusted else True
        return send(connection_id, "POST", url, Deadline(SECONDS), headers={}, json={}).status_code


@pytest.fixture
def tls(certificate: Path) -> Iterator[Tls]:
    setting = Tls(certificate)
    yield setting
    for vendor in setting.vendors:
        vendor.stop()


def test_an_answer_comes_over_tls_and_the_connection_is_kept(tls: Tls) -> None:
    url = tls.start(answer())
    assert [tls.call(url, -1) for _ in range(3)] == [200, 200, 200]
    assert tls.vendors[0].connections == 1


def test_an_unknown_certificate_stops_the_call_before_anything_is_sent(tls: Tls) -> None:
    url = tls.start(answer())
    with pytest.raises(TransportError) as caught:
        tls.call(url, -2, trusted=False)
    assert not caught.value.sent
    assert not tls.vendors[0].seen


def test_a_handshake_that_never_ends_is_cut_and_nothing_was_sent(tls: Tls) -> None:
    url = tls.start(lambda exchange: None, silent=True)
    begin = time.monotonic()
    with pytest.raises(TransportError) as caught:
        tls.call(url, -3)
    assert time.monotonic() - begin < SECONDS + 0.4
    assert not caught.value.sent


def test_a_trickled_answer_is_cut_over_tls(tls: Tls) -> None:
    done = threading.Event()

    def trickle(exchange: Exchange) -> None:
        exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n")
        while not done.wait(0.05):
            exchange.send(b" ")

    url = tls.start(trickle)
    begin = time.monotonic()
    with pytest.raises(TransportError) as caught:
        tls.call(url, -4)
    done.set()
    assert time.monotonic() - begin < SECONDS + 0.4
    assert caught.value.sent
    assert caught.value.timeout
