"""Describe one measured office: its limits, its pace and its data; and write its configuration file."""

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

LINK = "office"
TAX_LINK = "clients"
BOOKKEEPING = "boekhouding@kantoor.example"
"""Who is mailed of a failed sync: the generated records know nobody's address."""
SECRETS: Mapping[str, str] = {
    "BENCH_CRM_KEY": "sandbox-key",
    "BENCH_CRM_SECRET": "sandbox-secret",
    "BENCH_HOOK_SECRET": "bench-hook-secret",
    "BENCH_BOOKS_KEY": "sandbox-subscription-key",
    "BENCH_BOOKS_KOPPELSLEUTEL": b64encode(b"sandbox:administratie").decode(),
    "BENCH_TAX_ID": "sandbox-client",
    "BENCH_TAX_SECRET": "sandbox-secret",
    "BENCH_TAX_TOKEN": "sandbox-refresh",
}
"""What the stand-ins accept; worth nothing elsewhere."""

WINDOWS = {"minute": 60, "hour": 3600, "day": 86400}
REAL_CRM: Mapping[str, int] = {"minute": 60, "poll": 24}
REAL_BOOKS: Mapping[str, int] = {"minute": 500, "hour": 5000, "concurrent": 50}
RAISED_HOUR = 1_000_000
WIDE_CRM: Mapping[str, int] = {"minute": 60_000, "poll": 30_000}
WIDE_BOOKS: Mapping[str, int] = {"minute": 60_000, "hour": RAISED_HOUR, "concurrent": 50}
WIDE_TAX: Mapping[str, int] = {"minute": 60_000, "concurrent": 50}
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
    dress: Callable[[dict[str, Any]], None] | None = None
    """Changes the generated data before the stand-ins get them."""
    rules: Mapping[str, Any] = field(default_factory=dict)
    """Added to the link's rules for relations."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Fields of `models.settings.Settings` for every process."""
    workers: int = 2
    web: bool = True
    flower: bool = False
    mail: bool = False
    """Whether there is a mail server."""
    fsync: bool = True
    tax_limits: Mapping[str, int] | None = None
    """None: the office has no Nextens."""
    tax_options: Mapping[str, Any] = field(default_factory=dict)
    """Options of the connection to Nextens."""
    window_seconds: float | None = None
    """Length of the budgets' short window, where it is not a minute."""

    def file_text(self, crm: str, books: str, tax: str = "") -> str:
        """Return the configuration file for stand-ins at these addresses."""
        relations = {
            "flag": "sync_snelstart",
            "roles": {"Klant": "customer", "Leverancier": "supplier", "Klant en leverancier": "both"},
            "match": ["kvk", "vat", "relation_number"],
            "number": "crm",
            "bsn_source": "bsn",
            "rsin_source": "rsin",
            **self._failure(),
            **self.rules,
        }
        links = {LINK: {"source": "crm", "target": "books", "relations": relations}}
        connections = {"crm": self._crm(crm), "books": self._books(books)}
        if self.tax_limits is not None:
            connections["tax"] = self._tax(tax)
            links[TAX_LINK] = {"source": "crm", "target": "tax", "relations": self._clients()}
        if self.window_seconds is not None:
            for each in connections.values():
                each["window_seconds"] = self.window_seconds
        return yaml.safe_dump({"connections": connections, "links": links}, sort_keys=False)

    def _clients(self) -> dict[str, Any]:
        return {
            "flag": "sync_nextens",
            "match": ["bsn", "rsin", "exact_name"],
            "bsn_source": "bsn",
            "rsin_source": "rsin",
            **self._failure(),
        }

    def _failure(self) -> dict[str, Any]:
        return {"failure": {"mail_to": BOOKKEEPING, "language": "en"}} if self.mail else {}

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

    def _tax(self, url: str) -> dict[str, Any]:
        return {
            "system": "nextens",
            "base_url": f"{url}/v2",
            "token_url": f"{url}/connect/token",
            "credentials": {
                "client_id": "env:BENCH_TAX_ID",
                "client_secret": "env:BENCH_TAX_SECRET",
                "refresh_token": "env:BENCH_TAX_TOKEN",
            },
            "limits": dict(self.tax_limits or {}),
            **self.tax_options,
        }

    def windows(self, side: str) -> dict[str, Any]:
        """Return a stand-in's limits in its control's words; a window that is not strict never refuses."""
        limits = {"crm": self.crm_limits, "books": self.books_limits}.get(side, self.tax_limits or {})
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
