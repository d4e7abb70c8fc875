"""Validate what a configuration file may say of a Simplicate connection beside address and credentials."""

from typing import Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, field_validator


class SimplicateOptions(BaseModel):
    """Hold a connection's options; an unknown key is refused, so that a typing error is seen."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    poll_seconds: float = Field(default=30, ge=1, le=86_400)
    """Two calls per poll: at 30 s that is 4 of the 60 calls a minute."""
    poll_overlap_seconds: int = Field(default=120, ge=0, le=86_400)
    """How far each poll looks back for records that Simplicate stamped earlier than it showed them."""
    window_seconds: float = Field(default=60, gt=0, le=60)
    """Length of the minute window; shorter only against a stand-in."""
    page: int = Field(default=100, ge=1, le=100)
    """100 is both default and maximum in every client that was read (facts/simplicate-nextens.md 1.4)."""
    timezone: str = "Europe/Amsterdam"
    """Of Simplicate's times, which carry none."""
    first_poll: Literal["now", "all"] = "now"
    """Where polling starts: at what changes from now on (a backfill brings the rest) or at the oldest."""
    webhook_events: tuple[str, ...] = ()
    """Which events the hook was set up with in Simplicate; informative, as nothing can be asked."""
    hook_domain: str | None = None
    """Environment name that `X-Simplicate-Domain` should carry; unsigned, so never trusted."""
    message_prefix: str = Field(default="Boekbrug", min_length=3, max_length=40, pattern=r"^[^\s*][^*]*$")
    """How the title of each message of ours begins, by which it is found again; no `*`, the filter's wildcard."""
    message_type: str | None = None
    """Label or id of the timeline's message type; the first of the list when none is named."""
    message_format: Literal["text", "html"] = "text"
    """How Simplicate shows a message's content; `html` escapes it and marks line ends."""
    unticked: Literal["", "0"] = ""
    """What a checkbox is set to when it is unticked; an empty one is sent without a value by Simplicate itself."""

    @field_validator("timezone")
    @classmethod
    def _known(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError(f"no such time zone: {name}")
        return name

    @property
    def zone(self) -> ZoneInfo:
        """Return the time zone of Simplicate's times."""
        return ZoneInfo(self.timezone)
