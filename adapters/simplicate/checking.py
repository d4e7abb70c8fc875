"""Check a Simplicate connection and say in words what is right and what is not."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from adapters.base import Finding
from adapters.errors import Forbidden, Missing, Rejected, Unauthorised
from adapters.simplicate.client import Listing, SimplicateClient
from adapters.simplicate.marks import wall
from adapters.simplicate.options import SimplicateOptions
from adapters.simplicate.resources import RESOURCES
from adapters.simplicate.values import text

_DUTCH = {"organization": "organisaties", "person": "personen"}
_ENGLISH = {"organization": "organisations", "person": "persons"}
_CLOCK_TOLERANCE = timedelta(seconds=60)
_REFUSED = (Forbidden, Missing, Rejected)


def check(
    client: SimplicateClient, options: SimplicateOptions, identify: Callable[[], str], flags: Sequence[str]
) -> list[Finding]:
    """Return one finding per thing tried; a refused key ends it, as all else would fail likewise."""
    try:
        name = identify()
    except Unauthorised:
        return [Finding(False, "Simplicate weigert de API-sleutel.", "Simplicate refuses the API key.")]
    findings = [Finding(True, f"Verbonden met {name}.", f"Connected with {name}.")]
    newest = {resource: _newest(client, resource) for resource in RESOURCES}
    findings += [_right(resource, listing) for resource, listing in newest.items()]
    findings += [
        _rights_follow_user(),
        *_clock(options, [one for one in newest.values() if one]),
        _filter(client),
        _timeline(client),
    ]
    return findings + list(_fields(client, flags))


def _newest(client: SimplicateClient, resource: str) -> Listing | None:
    """Fetch the record changed last; None when it may not be read."""
    try:
        return client.listing(f"crm/{resource}", sort="-updated_at", limit=1, offset=0)
    except _REFUSED:
        return None


def _right(resource: str, listing: Listing | None) -> Finding:
    """Tell whether a resource can be read, and how many records are seen."""
    nl, en = _DUTCH[resource], _ENGLISH[resource]
    if listing is None:
        return Finding(False, f"Geen leesrecht op {nl}.", f"No right to read {en}.")
    seen = "?" if listing.count is None else str(listing.count)
    return Finding(True, f"Kan {nl} lezen: {seen} zichtbaar.", f"Can read {en}: {seen} visible.")


def _rights_follow_user() -> Finding:
    return Finding(
        True,
        "Let op: de sleutel ziet alleen wat zijn gebruiker in Simplicate ziet; vergelijk de aantallen.",
        "Note: the key sees only what its user sees in Simplicate; compare the numbers.",
    )


def _clock(options: SimplicateOptions, listings: Sequence[Listing]) -> Iterator[Finding]:
    """Compare clocks, and the newest record's time with the vendor's clock: it cannot lie in the future."""
    for listing in listings[:1]:
        vendor = _vendor_time(listing)
        if vendor is None:
            continue
        offset = vendor - listing.started_at
        seconds = round(offset.total_seconds())
        fits = abs(offset) <= _CLOCK_TOLERANCE
        yield Finding(
            fits,
            f"Klokverschil met Simplicate: {seconds} s.",
            f"Clock difference with Simplicate: {seconds} s.",
        )
    for listing in listings:
        vendor = _vendor_time(listing)
        at = wall(listing.rows[0].get("updated_at"), options.zone) if listing.rows else None
        if vendor and at and at > vendor.astimezone(options.zone).replace(tzinfo=None) + _CLOCK_TOLERANCE:
            yield Finding(
                False,
                f"Een record is in de toekomst gewijzigd: klopt de tijdzone {options.timezone}?",
                f"A record was changed in the future: is the time zone {options.timezone} right?",
            )


def _vendor_time(listing: Listing) -> datetime | None:
    """Read the answer's `Date` header, which does carry a zone."""
    try:
        return parsedate_to_datetime(listing.vendor_time).astimezone(UTC)
    except (TypeError, ValueError):
        return None


def _filter(client: SimplicateClient) -> Finding:
    """Ask for changes of the far future: an answer with rows means that the filter is ignored."""
    try:
        params = {"q[updated_at][ge]": "2900-01-01 00:00:00", "sort": "updated_at", "limit": 1, "offset": 0}
        works = not client.listing("crm/organization", **params).rows
    except _REFUSED:
        works = False
    if works:
        return Finding(True, "Filteren op wijzigingstijd werkt.", "Filtering by time of change works.")
    return Finding(False, "Filteren op wijzigingstijd werkt niet.", "Filtering by time of change does not work.")


def _timeline(client: SimplicateClient) -> Finding:
    """Ask for the messages of an organisation that cannot exist: an answer with rows means the same."""
    try:
        params = {"q[linked_to.organization_id]": f"organization:{'0' * 32}", "sort": "-created_at"}
        works = not client.listing("timeline/message", **params, limit=1, offset=0).rows
    except _REFUSED:
        return Finding(False, "Tijdlijn niet leesbaar per relatie.", "Timeline not readable per relation.")
    if works:
        return Finding(True, "Kan berichten op de tijdlijn terugvinden.", "Can find messages on the timeline.")
    return Finding(
        False,
        "Berichten op de tijdlijn zijn niet per relatie op te vragen; terugvinden kost meer oproepen.",
        "Timeline messages cannot be asked for by relation; finding them costs more calls.",
    )


def _fields(client: SimplicateClient, flags: Sequence[str]) -> Iterator[Finding]:
    """Tell of each checkbox whether organisations and persons have it."""
    if not flags:
        return
    for resource in RESOURCES:
        nl, en = _DUTCH[resource], _ENGLISH[resource]
        names = _field_names(client, resource)
        if names is None:
            yield Finding(False, f"Eigen velden van {nl} niet leesbaar.", f"Custom fields of {en} not readable.")
            continue
        for flag in flags:
            if flag in names:
                yield Finding(True, f"Veld {flag} bestaat bij {nl}.", f"Field {flag} exists for {en}.")
            else:
                yield Finding(False, f"Veld {flag} ontbreekt bij {nl}.", f"Field {flag} is missing for {en}.")


def _field_names(client: SimplicateClient, resource: str) -> set[str] | None:
    """Return the names of a resource's custom fields; None when they may not be read."""
    try:
        listing = client.listing(f"crm/{resource}customfields", limit=100, offset=0)
    except _REFUSED:
        return None
    return {name for row in listing.rows if (name := text(row.get("name")))}
