"""Read the settings of a SnelStart connection; what nobody could verify is a setting with a safe default."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

DEFAULT_URLS: Mapping[str, str] = {
    "base_url": "https://b2bapi.snelstart.nl/v2",
    "token_url": "https://auth.snelstart.nl/b2b/token",
}
"""Where the API and its tokens live when the configuration names no other host."""

DEFAULT_LIMITS: Mapping[str, int] = {"minute": 500, "hour": 5000, "concurrent": 50}
"""Per administration, for the Maatwerk and Productie products; a development key has 100, 1,000 and 5."""

CREDENTIALS = ("subscription_key", "connection_key")
"""What a connection must hold: the integrator's key and the customer's koppelsleutel."""


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is not a time zone such as UTC or Europe/Amsterdam") from error
    return name


class Options(BaseModel):
    """Hold the settings of one connection; an unknown key is refused, so a typing error is never silent."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    token_url: str = DEFAULT_URLS["token_url"]
    roles_share_record: bool = False
    """True keeps a customer and supplier as one relatie; REL-0065 says an administration may refuse that."""
    crm_id_field: Annotated[str, StringConstraints(min_length=1)] | None = None
    """Name of an extra field for the CRM's id; it must exist in the administration and costs a call more."""
    default_country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] = "NL"
    """Country of an address for which the CRM names none: SnelStart wants whole addresses (REL-0060)."""
    contact_needs_address: bool = True
    """Leave the contact person out of an empty address; whether SnelStart takes one alone is unknown."""
    vendor_timezone: Annotated[str, AfterValidator(_known_zone)] = "UTC"
    """Zone of SnelStart's zone-less times; undocumented, read as UTC by those who measured."""
    put_leaves_out: tuple[str, ...] = ()
    """Further read-only members to keep out of a PUT, should SnelStart refuse one."""
    token_seconds: float = Field(default=15, gt=0, le=60)
    """Total time for one answer of the token address."""

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "Options":
        """Read the options of a connection. Raises pydantic.ValidationError."""
        return cls.model_validate(dict(values))

    def vendor_clock(self, moment: datetime) -> datetime:
        """Tell what SnelStart's clock says at a moment of ours, naive, as `pages(since)` wants it."""
        return moment.astimezone(ZoneInfo(self.vendor_timezone)).replace(tzinfo=None)
