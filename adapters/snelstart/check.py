"""Examine a connection for a person: keys, rights, clock, countries and limits."""

import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

import requests

from adapters.base import ConnectionInfo, Finding
from adapters.checking import Wording, bad, clock, good, tried
from adapters.snelstart.bodies import json_of, object_of
from adapters.snelstart.options import DEFAULT_LIMITS, Options

SCOPES = ("relaties:read", "relaties:write", "settings:read")
"""Rights the relations need; `settings:read` covers companyInfo and the countries."""

WORDING = Wording("SnelStart", ("de sleutels", "the keys"), ("De sleutel", "The key"))


class Tokens(Protocol):
    """Give the access token."""

    def token(self, refresh: bool = False) -> str:
        """Return the token now in use."""


class Examined(Protocol):
    """Be what an examination needs of the target."""

    info: ConnectionInfo
    options: Options

    @property
    def auth(self) -> Tokens:
        """Give the tokens."""

    def identify(self) -> str:
        """Name the administration."""

    def get(self, path: str, params: Mapping[str, str] | None = None) -> requests.Response:
        """Make one reading call."""

    def countries(self) -> int:
        """Count the countries."""


def examine(target: Examined) -> Sequence[Finding]:
    """Try what the product needs, in at most six calls; a failure is a finding, never an exception."""
    first = tried(lambda: _company(target), WORDING)
    if not all(finding.ok for finding in first):
        return first
    return [
        *first,
        *tried(lambda: _scopes(target), WORDING),
        *tried(lambda: _relations(target), WORDING),
        *tried(lambda: _countries(target), WORDING),
        *tried(lambda: _extra_field(target), WORDING),
        _limits(target.info.limits),
    ]


def _company(target: Examined) -> list[Finding]:
    name = target.identify()
    return [good(f"Beide sleutels werken; administratie: {name}", f"Both keys work; administration: {name}")]


def _scopes(target: Examined) -> list[Finding]:
    held = scopes_of(target.auth.token())
    if held is None:
        return []
    missing = ", ".join(scope for scope in SCOPES if scope not in held)
    if missing:
        return [bad(f"De sleutel mist rechten: {missing}", f"The key lacks rights: {missing}")]
    return [good("De sleutel heeft de nodige rechten", "The key has the rights needed")]


def scopes_of(token: str) -> frozenset[str] | None:
    """Read the scopes that a token claims; None when it claims none, as only one source saw the claim."""
    try:
        part = token.split(".")[1]
        claims: Any = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        scopes = claims.get("scopes", claims.get("scope"))
    except (ValueError, IndexError, AttributeError):
        return None
    if isinstance(scopes, str):
        return frozenset(scopes.replace(",", " ").split())
    return frozenset(map(str, scopes)) if isinstance(scopes, list) else None


def _relations(target: Examined) -> list[Finding]:
    asked = datetime.now(UTC)
    response = target.get("/relaties", {"$top": "1"})
    answered = datetime.now(UTC)
    found = [good("Relaties zijn leesbaar", "Relations can be read")]
    return found + clock(response.headers.get("Date"), asked, answered, WORDING)


def _countries(target: Examined) -> list[Finding]:
    number = target.countries()
    ok = number > 0
    return [Finding(ok, f"{number} landen bekend", f"{number} countries known")]


def _extra_field(target: Examined) -> list[Finding]:
    """Look for the extra field among those of any customer; without customers nothing can be said."""
    field = target.options.crm_id_field
    customers = {"$top": "1", "$filter": "Relatiesoort/any(r:r eq 'Klant') and Relatiecode gt 0"}
    found = json_of(target.get("/relaties", customers)) if field else None
    if not (isinstance(found, list) and found and isinstance(found[0], dict)):
        return []
    fields = object_of(target.get(f"/relaties/{found[0].get('id')}/customFields"))
    names = [one.get("name") for one in fields.get("klantCustomFields") or () if isinstance(one, dict)]
    nl, en = ("bestaat", "exists") if field in names else ("ontbreekt", "is missing")
    return [Finding(field in names, f"Extra veld {field} {nl}", f"Extra field {field} {en}")]


def _limits(limits: Mapping[str, int]) -> Finding:
    used = dict(DEFAULT_LIMITS) | dict(limits)
    figures = f"{used['minute']}/min, {used['hour']}/h, {used['concurrent']}"
    return good(
        f"Limieten van deze verbinding: {figures} tegelijk; vergelijk ze met het portaal van SnelStart",
        f"Limits of this connection: {figures} at once; compare them with SnelStart's portal",
    )
