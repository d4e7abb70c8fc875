"""Read the settings of a SnelStart connection; what nobody could verify is a setting with a safe default."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

DEFAULT_URLS: Mapping[str, str] = {
    "base_url": "https://b2bapi.snelstart.nl/v2",
    "token_url": "https://auth.snelstart.nl/b2b/token",
}
"""Where the API and its tokens live when the configuration names no other host."""

DEFAULT_LIMITS: Mapping[str, int] = {"minute": 500, "hour": 5000, "concurrent": 50}
"""Per administration, for the Maatwerk and Productie products; a development key has 100, 1,000 and 5."""

CREDENTIALS = ("subscription_key", "connection_key")
"""What a connection must hold: the integrator's key and the customer's koppelsleutel."""


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
    put_leaves_out: tuple[str, ...] = ()
    """Further read-only members to keep out of a PUT, should SnelStart refuse one."""
    window_seconds: float = Field(default=60, gt=0, le=60)
    """Length of the minute window; shorter only against a stand-in."""
    token_seconds: float = Field(default=15, gt=0, le=60)
    """Total time for one answer of the token address."""

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "Options":
        """Read the options of a connection. Raises pydantic.ValidationError."""
        return cls.model_validate(dict(values))
