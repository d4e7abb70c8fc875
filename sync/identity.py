"""Turn what identifies a relation into named values that can be hashed, looked up and claimed."""

import re
import unicodedata

from adapters.base import Identity
from models.vault import Vault

CLAIMED = ("crm_id", "bsn", "rsin", "kvk", "vat", "name_postcode", "exact_name")
"""What a create reserves, so that twins that arrive at the same moment cannot both be created."""
EVIDENCE = ("birth_date",)
"""What is compared and never looked up: half the country shares a birthday with somebody."""

WORD = "word"
"""One word of a name: people search by it, and nothing is ever matched by it."""
MOST_WORDS = 12
"""Of longer names the first ones are enough to find them by."""


def name_words(name: str | None) -> list[str]:
    """Fold a name to the words that people type: no case, no accents, `B.V.` as `bv`."""
    folded = name or ""
    for _ in range(2):
        # Twice: folding makes forms that decompose again (Unicode 3.13, compatibility caseless match).
        folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", folded).casefold())
    plain = "".join(c for c in folded if not unicodedata.combining(c))
    found = re.findall(r"[^\W_]+", re.sub(r"[.'`\u2019]", "", plain))
    return list(dict.fromkeys(found))[:MOST_WORDS]


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


def word_hashes(vault: Vault, name: str | None) -> list[bytes]:
    """Hash the words of a name under the newest key."""
    return [vault.hash(WORD, word) for word in name_words(name)]
