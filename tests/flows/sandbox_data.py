"""Records as a user of the CRM would type them; generated numbers with valid check digits."""

from typing import Any

CUSTOMER = "relationtype:fe034e2e54b1b26e"
SUPPLIER = "relationtype:c8c3d80749a7cd5a"
BOTH = "relationtype:6455285faf050892"
"""Ids of the CRM sandbox's relation types."""


def customer(**changes: Any) -> dict[str, Any]:
    """Return a customer with everything filled in."""
    return {
        "name": "Bakkerij Zonnig B.V.",
        "coc_code": "12345678",
        "vat_number": "NL824467000B01",
        "email": "info@zonnig.example",
        "phone": "0205557297",
        "relation_number": "12345",
        "bank_account": "NL23DEMO9572460849",
        "relation_type_id": CUSTOMER,
        "visiting_address": {
            "line_1": "Kade 278",
            "postal_code": "4548 AW",
            "locality": "Nijmegen",
            "country_code": "NL",
        },
        "custom_fields": {"sync_snelstart": "1"},
    } | changes
