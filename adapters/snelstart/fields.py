"""Describe which canonical fields fill a relatie; `payload` does it, and a test holds this table against it."""

from adapters.fields import TargetField, Words
from adapters.snelstart.labels import labels
from adapters.snelstart.limits import ADDRESSES, CRM_ID, LENGTHS, TERM_RANGE, canonical

TIDY: Words = ("Witruimte wordt opgeruimd.", "White space is tidied.")
PACKED: Words = ("Hoofdletters en cijfers, zonder tekens ertussen.", "Capitals and digits, nothing between them.")
WHOLE: Words = (
    "Een adres gaat heel of niet: straat, postcode, plaats en land.",
    "An address goes whole or not at all: street, postal code, city and country.",
)

_RULES: dict[str, Words] = {
    "naam": ("Te lang wordt niet afgekapt maar geweigerd.", "Too long is refused, never cut."),
    "telefoon": TIDY,
    "mobieleTelefoon": TIDY,
    "email": ("Meer adressen met een puntkomma ertussen.", "Several addresses are joined by a semicolon."),
    "btwNummer": (
        "Hoofdletters en cijfers; een Nederlands nummer krijgt NL.",
        "Capitals and digits; a Dutch number gets NL.",
    ),
    "kvkNummer": ("Zonder spaties en punten.", "Without spaces and dots."),
    "iban": PACKED,
    "bic": PACKED,
    "websiteUrl": ("Zonder https:// wordt dat ervoor gezet.", "https:// is put in front where it is missing."),
    "krediettermijn": (
        f"In dagen, van {TERM_RANGE[0]} tot {TERM_RANGE[1]}.",
        f"In days, from {TERM_RANGE[0]} to {TERM_RANGE[1]}.",
    ),
    "straat": (
        f"Straat, huisnummer en toevoeging op een regel. {WHOLE[0]}",
        f"Street, number and addition in one line. {WHOLE[1]}",
    ),
    "land": (
        f"Landcode; zonder land in het CRM het standaardland. {WHOLE[0]}",
        f"Country code; the default country where the CRM names none. {WHOLE[1]}",
    ),
    "contactpersoon": (
        "Naam van de hoofdcontactpersoon, bij een adres dat er is.",
        "Name of the main contact, with an address that is there.",
    ),
}
_LINE = ("street", "house_number", "addition")
_OWN = ("naam", "telefoon", "mobieleTelefoon", "email", "btwNummer", "kvkNummer", "iban", "bic", "websiteUrl")
_PARTS = ("straat", "postcode", "plaats", "land", "contactpersoon")
_NAME: Words = ("De naam", "The name")


def _label(name: str) -> Words:
    return _NAME if name == "naam" else labels(name)


def _own(name: str) -> TargetField:
    return TargetField(name, _label(name), (canonical(name),), _RULES[name], LENGTHS.get(name), required=name == "naam")


def _part(address: str, part: str) -> TargetField:
    name = f"{address}.{part}"
    reads = tuple(f"{ADDRESSES[address]}.{one}" for one in _LINE) if part == "straat" else (canonical(name),)
    whole, one = labels(address), labels(part)
    label = tuple(f"{whole[i]}: {one[i][0].lower()}{one[i][1:]}" for i in (0, 1))
    return TargetField(name, (label[0], label[1]), reads, _RULES.get(part, WHOLE), LENGTHS.get(name))


FIELDS: tuple[TargetField, ...] = (
    *(_own(name) for name in _OWN),
    _own("krediettermijn"),
    *(_part(address, part) for address in ADDRESSES for part in _PARTS),
    TargetField(
        CRM_ID,
        ("Het extra veld met het CRM-nummer", "The extra field with the CRM's id"),
        ("id",),
        ("Alleen bij klanten.", "For customers only."),
        option="crm_id_field",
    ),
)
"""Every field of a relatie that Boekbrug may own."""
