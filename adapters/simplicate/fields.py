"""Describe where Simplicate keeps what a relation holds; `parse` reads it, and a test holds this table against it."""

from adapters.fields import SourceField, Words

BSN_SOURCE = "{bsn_source}"
RSIN_SOURCE = "{rsin_source}"
FLAG = "{flag}"
"""Stand for the (custom) field that the link's rules name."""

SOURCED: Words = (
    "Het (eigen) veld dat de koppeling noemt; zonder dat veld leeg.",
    "The (custom) field that the link names; empty without one.",
)
POSTAL: Words = (
    "Alleen als in het CRM is aangevinkt dat het postadres afwijkt.",
    "Only where the CRM says that the mailing address differs.",
)
PERSONS_POSTAL: Words = (
    f"{POSTAL[0]} Bij personen: het adres van de soort post.",
    f"{POSTAL[1]} For persons: the address of the postal type.",
)


def _address(which: str, label: Words, organisation: str, also: tuple[str, ...], rule: Words) -> list[SourceField]:
    """Describe the parts of one address; a person's addresses stand in a list."""
    parts: tuple[tuple[str, Words, tuple[str, ...]], ...] = (
        ("street", ("straat", "street"), ("line_1",)),
        ("addition", ("tweede regel", "second line"), ("line_2",)),
        ("postal_code", ("postcode", "postal code"), ("postal_code",)),
        ("city", ("plaats", "city"), ("locality",)),
        ("country", ("land", "country"), ("country_code", "country")),
    )
    return [
        SourceField(
            f"{which}.{part}",
            (f"{label[0]}: {names[0]}", f"{label[1]}: {names[1]}"),
            (*(f"{organisation}.{one}" for one in keys), *also),
            tuple(f"address.{one}" for one in keys),
            rule,
        )
        for part, names, keys in parts
    ]


def _same(canonical: str, label: Words, place: str, rule: Words = ("", "")) -> SourceField:
    return SourceField(canonical, label, (place,), (place,), rule)


FIELDS: tuple[SourceField, ...] = (
    SourceField(
        "name",
        ("Naam", "Name"),
        ("name",),
        ("full_name", "first_name", "family_name_prefix", "family_name"),
        ("Bij personen de volledige naam, anders de delen ervan.", "For persons the full name, else its parts."),
    ),
    SourceField("first_name", ("Voornaam", "First name"), (), ("first_name",)),
    SourceField("prefix", ("Tussenvoegsel", "Prefix"), (), ("family_name_prefix",)),
    SourceField("last_name", ("Achternaam", "Last name"), (), ("family_name",)),
    SourceField("initials", ("Voorletters", "Initials"), (), ("initials",)),
    SourceField("gender", ("Geslacht", "Gender"), (), ("gender",)),
    SourceField("date_of_birth", ("Geboortedatum", "Date of birth"), (), ("date_of_birth",)),
    _same("number", ("Relatienummer", "Relation number"), "relation_number"),
    _same(
        "roles",
        ("Rol", "Role"),
        "relation_type",
        ("Het relatietype, vertaald door de koppeling.", "The relation type, translated by the link."),
    ),
    _same(
        "flags",
        ("Vinkje", "Checkbox"),
        FLAG,
        ("Wie niet is aangevinkt, doet niet mee.", "Who is not ticked takes no part."),
    ),
    _same("active", ("Actief", "Active"), "is_active"),
    _same("phone", ("Telefoon", "Phone"), "phone"),
    _same("mobile", ("Mobiel", "Mobile"), "mobile"),
    _same("email", ("E-mail", "E-mail"), "email"),
    SourceField("website", ("Website", "Website"), ("url",), ("website_url",)),
    SourceField("kvk", ("KvK-nummer", "Chamber of Commerce number"), ("coc_code",)),
    SourceField("vat", ("Btw-nummer", "VAT number"), ("vat_number",)),
    SourceField("rsin", ("RSIN", "RSIN"), (RSIN_SOURCE,), (), SOURCED),
    SourceField("bsn", ("BSN", "BSN"), (), (BSN_SOURCE,), SOURCED),
    _same("iban", ("IBAN", "IBAN"), "bank_account"),
    _same("bic", ("BIC", "BIC"), "bank_bic"),
    SourceField("payment_term_days", ("Betaaltermijn in dagen", "Payment term in days"), ("debtor.payment_term.days",)),
    *_address("visiting", ("Bezoekadres", "Visiting address"), "visiting_address", (), ("", "")),
    *_address(
        "mailing",
        ("Postadres", "Mailing address"),
        "postal_address",
        ("has_different_postal_address",),
        PERSONS_POSTAL,
    ),
    SourceField(
        "contacts",
        ("Contactpersoon", "Contact person"),
        ("linked_persons_contacts",),
        (),
        (
            "De actieve contactpersoon met de gekozen functie; anders wie een e-mailadres heeft; anders de oudste.",
            "The active contact with the chosen function; else who has an e-mail address; else the oldest.",
        ),
    ),
    _same("manager_email", ("Relatiebeheerder", "Relation manager"), "relation_manager.work_email"),
    _same("url", ("Adres in het CRM", "Address in the CRM"), "simplicate_url"),
    _same("updated_at", ("Gewijzigd op", "Changed at"), "updated_at"),
)
"""Every canonical field that Simplicate can fill."""
