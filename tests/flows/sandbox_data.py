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


def rsin(number: int) -> str:
    """Return the `number`th nine-digit number that passes the 11-test."""
    base = 80_000_000 + number
    digits = [int(one) for one in str(base)]
    check = sum(digit * weight for digit, weight in zip(digits, range(9, 1, -1), strict=True)) % 11
    return f"{base}{check}" if check < 10 else rsin(number + 5_000_000)


def numbered_customer(number: int, **changes: Any) -> dict[str, Any]:
    """Return one of many customers that share nothing with each other."""
    return (
        customer(
            name=f"Handelsonderneming {number:05d} B.V.",
            coc_code=f"{30_000_000 + number}",
            vat_number=f"NL{rsin(number)}B01",
            email=f"info@bedrijf-{number}.example",
            phone=f"0301{number:06d}",
            relation_number=f"{20_000 + number}",
            bank_account="",
        )
        | changes
    )
