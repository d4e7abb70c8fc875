"""Describe one measured office: its limits, its pace and its data; and write its configuration file."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

LINK = "office"
SECRETS: Mapping[str, str] = {
    "BENCH_CRM_KEY": "sandbox-key",
    "BENCH_CRM_SECRET": "sandbox-secret",
    "BENCH_HOOK_SECRET": "bench-hook-secret",
    "BENCH_BOOKS_KEY": "sandbox-subscription-key",
    "BENCH_BOOKS_KOPPELSLEUTEL": b64encode(b"sandbox:administratie").decode(),
}
"""What the stand-ins accept; worth nothing elsewhere."""

WINDOWS = {"minute": 60, "hour": 3600, "day": 86400}
REAL_CRM: Mapping[str, int] = {"minute": 60, "poll": 24}
REAL_BOOKS: Mapping[str, int] = {"minute": 500, "hour": 5000, "concurrent": 50}
RAISED_HOUR = 1_000_000
WIDE_CRM: Mapping[str, int] = {"minute": 60_000, "poll": 30_000}
WIDE_BOOKS: Mapping[str, int] = {"minute": 60_000, "hour": RAISED_HOUR, "concurrent": 50}
"""Limits of the time before a measurement, in which nothing is counted."""


@dataclass(frozen=True, slots=True)
class Office:
    """Hold everything that differs between two measured worlds; the defaults are those of production."""

    crm_limits: Mapping[str, int] = field(default_factory=lambda: dict(REAL_CRM))
    books_limits: Mapping[str, int] = field(default_factory=lambda: dict(REAL_BOOKS))
    window_mode: str = "sliding"
    """How the stand-ins count: `sliding` or `calendar`."""
    strict: bool = True
    """False lets the stand-ins count without refusing."""
    poll_seconds: float = 30
    hooks: bool = True
    latency_ms: Mapping[str, float] = field(default_factory=dict)
    """`{"ms": 50}` or `{"min_ms": 20, "max_ms": 800, "seed": 1}`, at both stand-ins."""
    recipe: Mapping[str, float] = field(default_factory=lambda: {"relations": 0, "in_books": 0})
    """Options of `sandbox.data`; wrong ones and doubles are left out unless named."""
    rules: Mapping[str, Any] = field(default_factory=dict)
    """Added to the link's rules for relations."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Fields of `models.settings.Settings` for every process."""
    workers: int = 2
    web: bool = True
    fsync: bool = True

    def file_text(self, crm: str, books: str) -> str:
        """Return the configuration file for stand-ins at two addresses."""
        relations = {
            "flag": "sync_snelstart",
            "roles": {"Klant": "customer", "Leverancier": "supplier", "Klant en leverancier": "both"},
            "match": ["kvk", "vat", "relation_number"],
            "number": "crm",
            "bsn_source": "bsn",
            "rsin_source": "rsin",
            **self.rules,
        }
        link = {"source": "crm", "target": "books", "relations": relations}
        connections = {"crm": self._crm(crm), "books": self._books(books)}
        return yaml.safe_dump({"connections": connections, "links": {LINK: link}}, sort_keys=False)

    def _crm(self, url: str) -> dict[str, Any]:
        return {
            "system": "simplicate",
            "base_url": f"{url}/api/v2",
            "credentials": {"key": "env:BENCH_CRM_KEY", "secret": "env:BENCH_CRM_SECRET"},
            "hook_secrets": ["env:BENCH_HOOK_SECRET"],
            "poll_seconds": self.poll_seconds,
            "limits": dict(self.crm_limits),
        }

    def _books(self, url: str) -> dict[str, Any]:
        return {
            "system": "snelstart",
            "base_url": f"{url}/v2",
            "token_url": f"{url}/b2b/token",
            "credentials": {
                "subscription_key": "env:BENCH_BOOKS_KEY",
                "connection_key": "env:BENCH_BOOKS_KOPPELSLEUTEL",
            },
            "limits": dict(self.books_limits),
        }

    def windows(self, side: str) -> dict[str, Any]:
        """Return a stand-in's limits in its control's words; a window that is not strict never refuses."""
        limits = self.crm_limits if side == "crm" else self.books_limits
        windows = [
            {
                "seconds": WINDOWS[name],
                "count": count if self.strict else 10**9,
                "mode": self.window_mode,
                "reply": "429" if name == "minute" else "quota_403",
            }
            for name, count in limits.items()
            if name in WINDOWS
        ]
        return {"windows": windows, "concurrent": limits.get("concurrent") if self.strict else None}
