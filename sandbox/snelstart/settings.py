"""What can be switched on a SnelStart stand-in."""

from dataclasses import dataclass

from sandbox.common.options import Options


@dataclass
class SnelStartOptions(Options):
    """Hold the switches; each marks a point where the public facts leave room."""

    #: A relatie is Klant or Leverancier, never both (REL-0065), and stays what it is (REL-0064).
    strict_roles: bool = True
    #: A visiting address is whole or empty (REL-0060).
    strict_address: bool = True
    #: Trim, compact the IBAN, take `NL` off the VAT number, fill in the land.
    normalise: bool = True
    #: A list holds inactive relaties too.
    list_inactive: bool = True
    #: Empty fields are "null", "absent", or "mixed": one or the other per record.
    nulls: str = "mixed"
    #: Life of a token in seconds.
    token_seconds: int = 3599
    #: Blank-separated rights that new tokens carry.
    scopes: str = (
        "relaties:read relaties:write boekhouden:read boekhouden:write settings:read settings:write "
        "documenten:read documenten:write memoriaal:read memoriaal:write orders:read orders:write"
    )
    subscription_key: str = "sandbox-subscription-key"
    #: The two halves of the koppelsleutel, which is their base64 with a colon between.
    username: str = "sandbox"
    password: str = "administratie"  # noqa: S105 - a stand-in's own, worth nothing elsewhere
