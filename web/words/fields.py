"""Name the fields of relations, in the words of canonical records and of every target, Dutch and English."""

from models.causes import Language

_CANONICAL = {
    "id": ("Id in het CRM", "Id in the CRM"),
    "name": ("Naam", "Name"),
    "first_name": ("Voornaam", "First name"),
    "prefix": ("Tussenvoegsel", "Prefix"),
    "last_name": ("Achternaam", "Last name"),
    "gender": ("Geslacht", "Gender"),
    "date_of_birth": ("Geboortedatum", "Date of birth"),
    "relation_type": ("Relatietype", "Relation type"),
    "number": ("Relatienummer", "Relation number"),
    "phone": ("Telefoonnummer", "Phone number"),
    "mobile": ("Mobiel nummer", "Mobile number"),
    "email": ("E-mailadres", "E-mail address"),
    "contact.email": ("E-mailadres van de contactpersoon", "E-mail address of the contact"),
    "contacts": ("Contactpersoon", "Contact person"),
    "website": ("Website", "Website"),
    "vat": ("Btw-nummer", "VAT number"),
    "kvk": ("KvK-nummer", "Chamber of Commerce (KvK) number"),
    "rsin": ("RSIN", "RSIN"),
    "bsn": ("BSN", "BSN"),
    "iban": ("IBAN", "IBAN"),
    "bic": ("BIC", "BIC"),
    "payment_term_days": ("Betaaltermijn (dagen)", "Payment term (days)"),
    "visiting": ("Bezoekadres", "Visiting address"),
    "mailing": ("Postadres", "Mailing address"),
}
_EVIDENCE = {
    "crm_id": ("Id van het CRM", "Id of the CRM"),
    "name_postcode": ("Naam met postcode", "Name with postal code"),
    "exact_name": ("De hele naam", "The whole name"),
    "birth_date": ("Geboortedatum", "Date of birth"),
    "relation_number": ("Relatienummer", "Relation number"),
}
_SNELSTART = {
    "naam": "name",
    "telefoon": "phone",
    "mobieleTelefoon": "mobile",
    "btwNummer": "vat",
    "kvkNummer": "kvk",
    "websiteUrl": "website",
    "krediettermijn": "payment_term_days",
    "extraVeldenKlant": "id",
    "relatiecode": "number",
}
_NEXTENS = {
    "Voornaam": "first_name",
    "Tussenvoegsels": "prefix",
    "Achternaam": "last_name",
    "Geslacht": "gender",
    "Geboortedatum": "date_of_birth",
    "Bsn": "bsn",
    "Rsin": "rsin",
    "TelefoonnummerMobiel": "mobile",
    "Telefoonnummer": "phone",
    "EmailAdres": "email",
    "Naam": "name",
    "KvkNummer": "kvk",
    "BtwNummer": "vat",
    "Iban": "iban",
}
_ADDRESSES = {
    "visiting": ("Bezoekadres", "Visiting address"),
    "vestigingsAdres": ("Bezoekadres", "Visiting address"),
    "Bezoekadres": ("Bezoekadres", "Visiting address"),
    "mailing": ("Postadres", "Mailing address"),
    "correspondentieAdres": ("Postadres", "Mailing address"),
    "Postadres": ("Postadres", "Mailing address"),
}
_PARTS = {
    "street": ("straat", "street"),
    "straat": ("straat en nummer", "street and number"),
    "Straatnaam": ("straat", "street"),
    "house_number": ("huisnummer", "house number"),
    "Huisnummer": ("huisnummer", "house number"),
    "addition": ("toevoeging", "addition"),
    "HuisnummerToevoeging": ("toevoeging", "addition"),
    "postal_code": ("postcode", "postal code"),
    "postcode": ("postcode", "postal code"),
    "Postcode": ("postcode", "postal code"),
    "city": ("plaats", "city"),
    "plaats": ("plaats", "city"),
    "Plaats": ("plaats", "city"),
    "country": ("land", "country"),
    "land": ("land", "country"),
    "LandCode": ("land", "country"),
    "contactpersoon": ("contactpersoon", "contact person"),
}
_NAMES: dict[str, tuple[str, str]] = (
    {part: (nl.capitalize(), en.capitalize()) for part, (nl, en) in _PARTS.items()}
    | _ADDRESSES
    | {own: _CANONICAL[name] for own, name in (_SNELSTART | _NEXTENS).items()}
    | _EVIDENCE
    | _CANONICAL
    | {
        f"{address}.{part}": (f"{of[0]}: {one[0]}", f"{of[1]}: {one[1]}")
        for address, of in _ADDRESSES.items()
        for part, one in _PARTS.items()
    }
)

WORDS = {f"field.{name}": pair for name, pair in _NAMES.items()}


def field_name(name: str, language: Language) -> str:
    """Name a canonical or a target's flat field, or an identifier; a stranger is called what it calls itself."""
    return _NAMES.get(name, (name, name))[0 if language == "nl" else 1]
