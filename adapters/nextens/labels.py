"""Name members for people, in Dutch and English, as sentences about them begin."""

from collections.abc import Mapping

_LABELS: Mapping[str, tuple[str, str]] = {
    "Voornaam": ("De voornaam", "The first name"),
    "Tussenvoegsels": ("Het tussenvoegsel", "The prefix of the name"),
    "Achternaam": ("De achternaam", "The last name"),
    "Geslacht": ("Het geslacht", "The gender"),
    "Geboortedatum": ("De geboortedatum", "The date of birth"),
    "Bsn": ("Het BSN", "The BSN"),
    "TelefoonnummerMobiel": ("Het mobiele nummer", "The mobile number"),
    "EmailAdres": ("Het e-mailadres", "The e-mail address"),
    "Naam": ("De bedrijfsnaam", "The company name"),
    "Rsin": ("Het RSIN", "The RSIN"),
    "KvkNummer": ("Het KvK-nummer", "The Chamber of Commerce number"),
    "BtwNummer": ("Het btw-nummer", "The VAT number"),
    "Iban": ("Het IBAN", "The IBAN"),
    "Telefoonnummer": ("Het telefoonnummer", "The phone number"),
    "Adres": ("Het adres", "The address"),
    "Bezoekadres": ("Het bezoekadres", "The visiting address"),
    "Postadres": ("Het postadres", "The mailing address"),
    "Straatnaam": ("De straat", "The street"),
    "Huisnummer": ("Het huisnummer", "The house number"),
    "HuisnummerToevoeging": ("De toevoeging bij het huisnummer", "The addition to the house number"),
    "Postcode": ("De postcode", "The postal code"),
    "Plaats": ("De plaats", "The city"),
    "LandCode": ("Het land", "The country"),
}


def labels(member: str) -> tuple[str, str]:
    """Name a member in Dutch and English; a stranger by its own name."""
    last = member.rpartition(".")[2]
    return _LABELS.get(last, (last, last))
