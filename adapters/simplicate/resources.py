"""Name the two CRM resources that make up the relations, and tell by an id which one it belongs to."""

import re

ORGANISATION = "organization"
PERSON = "person"
RESOURCES = (ORGANISATION, PERSON)
"""Read in this order, so that an organisation is known before the people who work there."""

_ID = re.compile(rf"(?P<resource>{ORGANISATION}|{PERSON}):[0-9A-Za-z_-]{{1,64}}")
_BARE = re.compile(r"[0-9A-Za-z_-]{1,64}")


def resource_of(record_id: str) -> str | None:
    """Return the resource of a whole id; None for any other text, so that nothing odd reaches an address."""
    found = _ID.fullmatch(record_id)
    return found["resource"] if found else None


def whole_id(resource: str, value: object) -> str | None:
    """Return `resource:hex` for an id with or without its prefix; None when it belongs elsewhere."""
    plain = str(value).strip() if isinstance(value, str | int) else ""
    if _BARE.fullmatch(plain):
        plain = f"{resource}:{plain}"
    return plain if resource_of(plain) == resource else None
