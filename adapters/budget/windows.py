"""Say which windows bound a connection's calls."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adapters.base import ConnectionInfo
from models.words import Lane

SECONDS = {"minute": 60.0, "hour": 3600.0, "day": 86400.0}
SHORT_SECONDS = 60.0
"""Windows up to here live in Redis alone: after a loss one window is waited out."""


@dataclass(frozen=True, slots=True)
class Window:
    """Allow `calls` in any `seconds`; a lane's own window bounds that lane on top of the shared ones."""

    name: str
    calls: int
    seconds: float
    durable: bool = False
    lane: Lane | None = None


def windows_of(limits: Mapping[str, int], scale: float = 1, options: Mapping[str, Any] | None = None) -> list[Window]:
    """Build a connection's windows from its limits; `window_seconds` in the options shortens the minute.

    `scale` under 1 keeps that share of every limit unused, for a vendor whose counters are inexact.
    """
    minute = float((options or {}).get("window_seconds", SECONDS["minute"]))
    windows = [
        Window(name, max(1, int(limits[name] * scale)), seconds, durable=seconds > SHORT_SECONDS)
        for name, seconds in (SECONDS | {"minute": minute}).items()
        if name in limits
    ]
    if "poll" in limits:
        windows.append(Window("poll", max(1, int(limits["poll"] * scale)), minute, lane=Lane.POLL))
    return windows


def windows_for(info: ConnectionInfo) -> list[Window]:
    """Build the windows of a configured connection."""
    return windows_of(info.limits, options=info.options)
