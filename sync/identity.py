"""Turn what identifies a relation into named values that can be hashed, looked up and claimed."""

from adapters.base import Identity
from models.vault import Vault

CLAIMED = ("crm_id", "bsn", "rsin", "kvk", "vat", "name_postcode", "exact_name")
"""What a create reserves, so that twins that arrive at the same moment cannot both be created."""
EVIDENCE = ("birth_date",)
"""What is compared and never looked up: half the country shares a birthday with somebody."""


def values(identity: Identity) -> dict[str, str]:
    """Name every identifier that has a value; a name counts only together with its postcode."""
    found = {
        "crm_id": identity.crm_id,
        "bsn": identity.bsn,
        "rsin": identity.rsin,
        "kvk": identity.kvk,
        "vat": identity.vat,
        "number": identity.number,
        "exact_name": identity.exact_name,
        "birth_date": identity.birth_date,
    }
    if identity.name and identity.postal_code:
        found["name_postcode"] = f"{identity.name}|{identity.postal_code}"
    return {name: value for name, value in found.items() if value}


def hashed(vault: Vault, identity: Identity) -> dict[str, list[bytes]]:
    """Hash every identifier under each configured key, newest first."""
    return {name: vault.hashes(name, value) for name, value in values(identity).items()}
