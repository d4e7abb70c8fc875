"""Addresses that pages are given cannot lead into our own network: not by odd spelling, by DNS or by redirect."""

import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import IPv4Address, IPv6Address, ip_address
from threading import Thread
from typing import Any, ClassVar
from urllib.parse import urlsplit

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from adapters import registry
from adapters.addresses import destinations, flaw_in, host_of, public
from adapters.deadline import Deadline
from adapters.transport import TransportError, send

NONE: frozenset[str] = frozenset()
HOSTS = {"api.nextens.nl", ".simplicate.nl"}
PUBLIC = "93.184.216.34"
INSIDE = [
    "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.192", "198.18.0.1", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::7f00:1", "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2001:0:4136:e378::", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1",
    "ff02::1", "2001:db8::1",
]  # fmt: skip


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Answer for DNS: name -> addresses; literals answer for themselves, whatever else leads nowhere."""
    known: dict[str, list[str]] = {"api.nextens.nl": [PUBLIC], "kantoor.simplicate.nl": [PUBLIC]}

    def answer(host: str, port: Any, *_: Any, **__: Any) -> list[Any]:
        try:
            found = [str(ip_address(host))]
        except ValueError:
            found = known.get(host.rstrip(".").lower(), [])
        if not found:
            raise socket.gaierror("unknown")
        families = [socket.AF_INET6 if ":" in one else socket.AF_INET for one in found]
        return [(family, socket.SOCK_STREAM, 6, "", (one, port)) for family, one in zip(families, found, strict=True)]

    monkeypatch.setattr(socket, "getaddrinfo", answer)
    return known


@pytest.mark.parametrize(
    ("url", "flaw"),
    [
        ("https://api.nextens.nl/v2", None),
        ("https://API.Nextens.NL/v2", None),
        ("https://api.nextens.nl:443", None),
        ("https://kantoor.simplicate.nl/api/v2", None),
        ("http://api.nextens.nl/v2", "https"),
        ("https://api.nextens.nl./v2", "form"),
        ("https://api.nextens.nl@evil.example/", "form"),
        ("https://evil.example/api.nextens.nl", "host"),
        ("https://api.nextens.nl.evil.example/", "host"),
        ("https://evil.example#api.nextens.nl", "form"),
        ("https://evil.example\\@api.nextens.nl", "form"),
        ("https://evil.example?api.nextens.nl", "form"),
        ("https://simplicate.nl/", "host"),
        ("https://a.b.simplicate.nl/", "host"),
        ("https://.simplicate.nl/", "form"),
        ("https://xn--smplicate-d8a.nl/", "host"),
        ("https://sımplicate.nl/", "form"),
        ("https://\uff41pi.nextens.nl/", "form"),
        ("https://api。nextens。nl/", "form"),
        ("https://2130706433/", "form"),
        ("https://0x7f.0.0.1/", "form"),
        ("https://0177.0.0.1/", "form"),
        ("https://127.1/", "form"),
        ("https://127.0.0.1/", "host"),
        ("https://[::1]/", "host"),
        ("https://[::ffff:127.0.0.1]/", "form"),
        ("https://[fe80::1%25eth0]/", "form"),
        ("https://localhost/", "form"),
        ("https://api.nextens.nl:0/", "form"),
        ("https://api.nextens.nl:99999/", "form"),
        ("https://api.nextens.nl:", "form"),
        ("https:api.nextens.nl", "form"),
        ("//api.nextens.nl", "form"),
        ("file:///etc/passwd", "form"),
        ("gopher://api.nextens.nl", "form"),
        ("https://api.nextens.nl/\r\nHost: evil", "form"),
        ("https://api.nextens.nl/ ", "form"),
        (" https://api.nextens.nl/", "form"),
        ("https://api.nextens.nl/%2e%2e", "form"),
        ("https://" + "a" * 600 + ".nl", "form"),
        ("https://nowhere.simplicate.nl/", "unknown"),
        ("", "form"),
    ],
)
def test_odd_addresses_are_refused(names: dict[str, list[str]], url: str, flaw: str | None) -> None:
    assert flaw_in(url, HOSTS, NONE) == flaw


@pytest.mark.parametrize("address", INSIDE)
def test_a_known_host_that_leads_inside_is_refused(names: dict[str, list[str]], address: str) -> None:
    assert not public(ip_address(address))
    names["api.nextens.nl"] = [PUBLIC, address]
    assert flaw_in("https://api.nextens.nl/", HOSTS, NONE) == "inside"


def test_a_setting_allows_hosts_and_single_addresses_of_our_own(names: dict[str, list[str]]) -> None:
    assert flaw_in("https://books.example/", HOSTS, {"books.example"}) == "unknown"
    names["books.example"] = ["10.1.2.3"]
    assert flaw_in("https://books.example/", HOSTS, {"books.example"}) == "inside", "a name alone opens no network"
    assert flaw_in("https://books.example/", HOSTS, {"books.example", "10.1.2.3"}) is None
    assert flaw_in("http://127.0.0.1:8101/v2", HOSTS, {"127.0.0.1"}) is None
    assert flaw_in("http://10.1.2.3/", HOSTS, {"10.1.2.3"}) == "https"


@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)))
def test_what_counts_as_public_is_at_most_what_the_registry_does(address: IPv4Address | IPv6Address) -> None:
    if public(address):
        assert address.is_global
        assert not (address.is_loopback or address.is_link_local or address.is_multicast or address.is_private)


@given(st.ip_addresses(v=4))
def test_an_address_in_disguise_counts_as_what_it_leads_to(address: IPv4Address) -> None:
    for prefix in ("::ffff:0:0", "64:ff9b::", "::"):
        assert public(IPv6Address(int(IPv6Address(prefix)) | int(address))) == public(address)
    assert public(IPv6Address((0x2002 << 112) | (int(address) << 80))) == public(address)


PIECES = st.sampled_from([
    "https://", "http://", "api.nextens.nl", "evil.example", "127.0.0.1", "[::1]", "@", ":", "/", "\\", "#", "?", "%40",
    ".", "0x7f.1", "2130706433", " ", "\t", "\n", "é", "\u3002", "user:pass", "443", "//", "a", "NL", "\0",
])  # fmt: skip


@given(st.lists(PIECES, max_size=8).map("".join) | st.text(max_size=40).map("https://{}".format))
def test_whatever_is_accepted_leads_every_reader_to_the_same_host(url: str) -> None:
    host = host_of(url)
    if host is None:
        return
    assert urlsplit(url).hostname == host
    assert urlsplit(url).username is None
    prepared = requests.Request("GET", url).prepare()
    assert urlsplit(prepared.url or "").hostname == host
    assert host.isascii()


class Elsewhere(BaseHTTPRequestHandler):
    """Answer every call with a redirect, and count them."""

    seen: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        type(self).seen.append(self.path)
        self.send_response(302)
        self.send_header("location", "/inside")
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[int]:
    Elsewhere.seen.clear()
    server = HTTPServer(("127.0.0.1", 0), Elsewhere)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_guarded_call_looks_again_where_it_leads_when_it_connects(names: dict[str, list[str]], server: int) -> None:
    """The name was good when it was judged; now it answers with an address of ours."""
    url = f"http://kantoor.simplicate.nl:{server}/"
    names["kantoor.simplicate.nl"] = ["127.0.0.1"]
    with pytest.raises(TransportError) as caught:
        send(-1, "GET", url, Deadline(5), headers={}, guarded=True)
    assert not caught.value.sent
    assert "127.0.0.1" not in str(caught.value)
    assert Elsewhere.seen == []
    assert send(-2, "GET", url, Deadline(5), headers={}).status_code == 302, "what a file names is its owner's to say"


def test_a_guarded_call_connects_to_what_was_judged_and_not_to_a_second_answer(
    names: dict[str, list[str]], server: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    real = socket.getaddrinfo

    def count(host: str, *rest: Any, **more: Any) -> Any:
        asked.append(host)
        return real(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", count)
    monkeypatch.setattr("adapters.addresses.public", lambda address: str(address) == "127.0.0.1")
    names["kantoor.simplicate.nl"] = ["127.0.0.1"]
    url = f"http://kantoor.simplicate.nl:{server}/"
    assert send(-3, "GET", url, Deadline(5), headers={}, guarded=True).status_code == 302
    assert asked == ["kantoor.simplicate.nl", "127.0.0.1"], "the name is asked once; then the judged address"
    assert Elsewhere.seen == ["/"], "no redirect is followed"


def test_every_systems_own_addresses_are_its_hosts() -> None:
    for system in registry.SYSTEMS:
        assert registry.hosts(system)
        for url in registry.default_urls(system).values():
            assert host_of(url) in registry.hosts(system)


def test_nowhere_is_no_destination(names: dict[str, list[str]]) -> None:
    with pytest.raises(OSError, match="unknown"):
        destinations("nowhere.example", 443, NONE)
