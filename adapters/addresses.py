"""Keep an address that was given on a page out of our own network: judged when given, and at every connect.

A name is judged by what it may be; an address by where it leads. A name that leads elsewhere tomorrow is looked up
once per connection, and exactly what was judged is connected to.
"""

import re
import socket
from collections.abc import Collection, Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Literal
from urllib.parse import urlsplit

from models.settings import settings

Flaw = Literal["form", "https", "host", "inside", "unknown"]
"""Why an address is refused: not one, not encrypted, not a host of the system's, inside a network, or nowhere."""
Ip = IPv4Address | IPv6Address

LONGEST = 500
URL = re.compile(r"https?://[a-z0-9.:\[\]-]+(?:/[A-Za-z0-9._~/-]*)?", re.IGNORECASE)
"""What an API's address looks like; whatever two readers could read in two ways (`@`, `\\`, `%`, `#`) is none."""
NAME = re.compile(r"(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+")
NUMERIC = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)")
"""Last label of a host that some resolvers read as an IPv4 address: `2130706433`, `0x7f.1`, `0177.0.0.1`."""

CARRIERS = (ip_network("64:ff9b::/96"), ip_network("::/96"), ip_network("::ffff:0:0/96"))
"""IPv6 networks that end in the IPv4 address where they lead to."""
NEARBY = (ip_network("168.63.129.16/32"), ip_network("192.0.0.0/24"))
"""Public in form, but answered by the machine's own host (Azure), or kept for protocols (RFC 6890)."""


class Inside(OSError):
    """Say that a host leads into a network that pages may not reach; names neither host nor address."""


def flaw_in(url: str, hosts: Iterable[str], allowed: Collection[str]) -> Flaw | None:
    """Judge an address for a system with these hosts (`.example.nl`: any one below it); looks its host up.

    `allowed` are further hosts, of `BOEKBRUG_ALLOW_HOSTS`; an address among them may be inside a network.
    """
    host = host_of(url)
    if host is None:
        return "form"
    known = host in allowed or any(_covers(one, host) for one in hosts)
    if not known:
        return "host"
    if not url.lower().startswith("https://") and not (host in allowed and _loopback(host)):
        return "https"
    try:
        destinations(host, urlsplit(url).port or 443, allowed)
    except Inside:
        return "inside"
    except OSError:
        return "unknown"
    return None


def host_of(url: str) -> str | None:
    """Return the one host that every reader of the address would find, in lower case; None when in doubt."""
    if len(url) > LONGEST or not URL.fullmatch(url):
        return None
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return None
    plain = host if ":" not in host else f"[{host}]"
    if port == 0 or parts.netloc.lower() not in {plain, f"{plain}:{port}"}:
        return None
    return host if _literal(host) or _name(host) else None


def destinations(host: str, port: int, allowed: Collection[str] | None = None) -> Sequence[str]:
    """Look a host up and return where it leads. Raises Inside when any of it may not be reached, OSError if nowhere."""
    permitted = settings().allowed_hosts if allowed is None else allowed
    found = [str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    unique = list(dict.fromkeys(found))
    if not unique or not all(one in permitted or public(ip_address(one.partition("%")[0])) for one in unique):
        raise Inside("leads into a network that is not to be reached")
    return unique


def public(address: Ip) -> bool:
    """Tell whether an address is of the open internet: not ours, not our network's, and not one in disguise."""
    if isinstance(address, IPv6Address):
        if (carried := _carried(address)) is not None:
            return public(carried)
        if address.teredo is not None or address.is_site_local:
            return False
    outside = address.is_global and not address.is_multicast and not address.is_reserved
    return outside and not address.is_unspecified and not any(address in network for network in NEARBY)


def _carried(address: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address that an IPv6 one leads to."""
    if address.sixtofour is not None:
        return address.sixtofour
    inside = any(address in network for network in CARRIERS)
    return IPv4Address(int(address) & 0xFFFFFFFF) if inside else None


def _covers(known: str, host: str) -> bool:
    """Tell whether a system's host, or the domain its customers have a name in, is this one."""
    return host == known if not known.startswith(".") else host.endswith(known) and "." not in host[: -len(known)]


def _literal(host: str) -> bool:
    try:
        return str(ip_address(host)) == host
    except ValueError:
        return False


def _name(host: str) -> bool:
    return bool(NAME.fullmatch(host)) and not NUMERIC.fullmatch(host.rpartition(".")[2])


def _loopback(host: str) -> bool:
    return _literal(host) and ip_address(host).is_loopback
