"""Name fields for people, in Dutch and English, as sentences about them begin."""

from collections.abc import Iterable, Mapping

_LABELS: Mapping[str, tuple[str, str]] = {
    "telefoon": ("Het telefoonnummer", "The phone number"),
    "mobieleTelefoon": ("Het mobiele nummer", "The mobile number"),
    "email": ("Het e-mailadres", "The e-mail address"),
    "btwNummer": ("Het btw-nummer", "The VAT number"),
    "kvkNummer": ("Het KvK-nummer", "The Chamber of Commerce number"),
    "iban": ("Het IBAN", "The IBAN"),
    "bic": ("De BIC", "The BIC"),
    "websiteUrl": ("Het webadres", "The web address"),
    "krediettermijn": ("De betaaltermijn", "The payment term"),
    "vestigingsAdres": ("Het bezoekadres", "The visiting address"),
    "correspondentieAdres": ("Het postadres", "The mailing address"),
    "contactpersoon": ("De naam van de contactpersoon", "The name of the contact person"),
    "straat": ("De straat met huisnummer", "The street with house number"),
    "postcode": ("De postcode", "The postal code"),
    "plaats": ("De plaats", "The city"),
    "land": ("Het land", "The country"),
}

_PARTS: Mapping[str, tuple[str, str]] = {
    "straat": ("straat", "street"),
    "postcode": ("postcode", "postal code"),
    "plaats": ("plaats", "city"),
    "land": ("land", "country"),
}


def labels(field: str) -> tuple[str, str]:
    """Name a vendor's flat field in Dutch and English."""
    return _LABELS[field.rpartition(".")[2]]


def part_labels(parts: Iterable[str]) -> tuple[str, str]:
    """List address parts in Dutch and English."""
    pairs = [_PARTS[part] for part in parts]
    return ", ".join(dutch for dutch, _ in pairs), ", ".join(english for _, english in pairs)
