"""What can be switched on a Nextens stand-in."""

from dataclasses import dataclass
from typing import Any

from sandbox.common.options import Options

WORDS = {"rotation": ("at_once", "after_use", "none"), "nulls": ("null", "absent", "mixed")}


@dataclass
class NextensOptions(Options):
    """Hold the switches; each marks a point where nothing is publicly known."""

    client_id: str = "sandbox-client"
    client_secret: str = "sandbox-secret"  # noqa: S105 - a stand-in's own, worth nothing elsewhere
    #: When a used refresh token ends: "at_once", "after_use" of the one that follows it, or never ("none").
    rotation: str = "at_once"
    #: Life of an access token given out from now on, in seconds.
    token_seconds: int = 1800
    #: The office may use the connection; otherwise every call is 403.
    licensed: bool = True
    #: A 409 has no body, so that its meaning is known by context only.
    empty_409: bool = False
    #: Messages hold the refused value, a BSN too, as a vendor's may.
    quote_values: bool = True
    #: Empty fields are "null", "absent", or "mixed": one or the other per record.
    nulls: str = "mixed"
    #: There are lists of persons and companies.
    lists: bool = False
    #: So many of the next creates find that somebody has just entered the same client by hand.
    race_creates: int = 0

    def change(self, given: dict[str, Any]) -> None:
        """Set the named switches; raise ValueError for a word that does not exist."""
        for name, words in WORDS.items():
            if given.get(name, words[0]) not in words:
                raise ValueError(f"{name} is one of {words}")
        super().change(given)
