"""Describe the configuration file: connections and the links between them, as values that can be compared."""

import re
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter
from pydantic_core import PydanticCustomError

from sync.config.rules import Block, Number, Text

NAME = re.compile(r"[a-z][a-z0-9_-]{0,62}")
"""Names stand in URLs, queue messages and metrics, so they are plain and short."""


def _web_address(url: str) -> str:
    """Refuse what is no http(s) address, holds a password, or travels unencrypted to another machine."""
    try:
        parts = urlsplit(url)
        host = parts.hostname if parts.port != 0 else None
    except ValueError:
        raise PydanticCustomError("url", "not an address") from None
    if not host or re.search(r"\s", url) or parts.scheme not in ("http", "https"):
        raise PydanticCustomError("url", "not an http(s) address")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise PydanticCustomError("url", "password, query or fragment in address")
    if parts.scheme == "http" and not _loopback(host):
        raise PydanticCustomError("insecure", "http to another machine")
    return url


def _loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


Url = Annotated[str, AfterValidator(_web_address)]
WEB_ADDRESS: TypeAdapter[str] = TypeAdapter(Url)


class Limits(Block):
    """Hold the calls a connection may make; what is not named keeps the system's own default."""

    minute: Number | None = None
    hour: Number | None = None
    day: Number | None = None
    concurrent: Number | None = None
    poll: Number | None = None
    """Of the minute's calls, how many polling may use."""


class ConnectionBlock(Block):
    """Describe one outside system; secrets are references (`env:NAME`, `file:/path`), never values."""

    system: Text
    base_url: Url | None = None
    """None takes the system's own address."""
    credentials: dict[Text, Text] = Field(default={}, repr=False)
    hook_secrets: list[Text] = Field(default=[], repr=False)
    """Several are valid at once, so a secret can be changed without a gap; none means no web hook."""
    limits: Limits = Limits()
    enabled: bool = True
    options: dict[str, Any] = Field(default={})
    """Every other key of the block, checked by the system's own options model."""


class LinkBlock(Block):
    """Describe one link: from where to where, and the rules per record kind."""

    source: Text
    target: Text
    enabled: bool = True
    rules: dict[str, Block] = Field(default={})
    """Key of `rules.KINDS` -> the rules of that kind."""


class Configuration(Block):
    """Hold a whole file, or what is stored, in the same shape."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    connections: Mapping[str, ConnectionBlock] = Field(default={})
    links: Mapping[str, LinkBlock] = Field(default={})
