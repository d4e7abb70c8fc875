"""Read the settings of a Nextens connection; what nobody could verify is a setting with a safe default."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

DEFAULT_URLS: Mapping[str, str] = {
    "base_url": "https://api.nextens.nl/v2",
    "token_url": "https://ids.nextens.nl/connect/token",
}
"""Where the API and its tokens live when the configuration names no other host."""

DEFAULT_LIMITS: Mapping[str, int] = {"minute": 60, "concurrent": 4}
"""No limit is published: one call a second is what a person could do, and no server minds that."""

CREDENTIALS = ("client_id", "client_secret")
"""What a connection must hold: who this installation is to Nextens."""

OPTIONAL_CREDENTIALS = ("refresh_token",)
"""The office's own token, where it is not pasted with `boekbrug connect`."""


class Options(BaseModel):
    """Hold the settings of one connection; an unknown key is refused, so a typing error is never silent."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    token_url: str = DEFAULT_URLS["token_url"]
    list: bool = False
    """True reads lists of clients to index them; Nextens documents none."""
    rely_on_conflict: bool = False
    """True skips the look-up by BSN before a person is created, because creating one that exists answers 409."""
    sub_number: int = Field(default=1, ge=1, le=99)
    """Sub number that goes with an RSIN; 1 is a company by itself, others are parts of a fiscal unit."""
    default_country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] = "NL"
    """Country of an address for which the CRM names none."""
    window_seconds: float = Field(default=60, gt=0, le=60)
    """Length of the minute window; shorter only against a stand-in."""
    token_seconds: float = Field(default=15, gt=0, le=60)
    """Total time for one answer of the token address."""

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "Options":
        """Read the options of a connection. Raises pydantic.ValidationError."""
        return cls.model_validate(dict(values))
