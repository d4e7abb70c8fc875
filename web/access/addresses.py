"""Judge addresses that come from outside: where a browser wants to go, where a form came from, who asks."""

from ipaddress import IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from fastapi import Request

LONGEST_BACK = 2000


def safe_back(address: str) -> str:
    """Return a path of our own site, or `/`: anything a browser might read as another host is not one."""
    ours = address.startswith("/") and not address.startswith("//") and "\\" not in address
    return address if ours and address.isprintable() and len(address) <= LONGEST_BACK else "/"


def from_our_page(request: Request, public_url: str) -> bool:
    """Tell by what the browser itself says whether a form stands on a page of ours.

    No page can forge these headers. Browsers send `Sec-Fetch-Site` where a site has TLS and `Origin` with every
    form elsewhere; who sends neither is no browser, and holds nobody's cookies.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    if origin is None:
        return True
    host = urlsplit(origin).netloc
    return bool(host) and host in (request.headers.get("host"), urlsplit(public_url).netloc)


def network_of(request: Request) -> str:
    """Name whose attempts count together: an address, or of IPv6 the network that one subscriber has to himself."""
    host = request.client.host if request.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return host
    return str(address.ipv4_mapped or ip_network((address, 64), strict=False))
