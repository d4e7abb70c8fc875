"""Describe which canonical fields fill a client; `payload` does it, and a test holds this table against it."""

from adapters.fields import Shape, TargetField, Words
from adapters.nextens.labels import labels
from adapters.nextens.members import ADDRESSES, LENGTHS, PARTS, canonical

NINE: Words = ("Negen cijfers; klopt het niet, dan gaat er niets.", "Nine digits; if it is wrong, nothing goes.")
TIDY: Words = ("Witruimte wordt opgeruimd.", "White space is tidied.")
PHONE: Words = ("Punten en schuine strepen worden spaties.", "Dots and slashes become spaces.")

_RULES: dict[str, Words] = {
    "Geslacht": ("Man, Vrouw of Onbekend.", "Man, Vrouw (woman) or Onbekend (unknown)."),
    "Geboortedatum": ("Datum zonder tijd.", "A date without a time."),
    "Bsn": NINE,
    "Rsin": NINE,
    "KvkNummer": ("Acht cijfers.", "Eight digits."),
    "BtwNummer": (
        "Hoofdletters en cijfers; een Nederlands nummer krijgt NL.",
        "Capitals and digits; a Dutch number gets NL.",
    ),
    "Iban": ("Hoofdletters en cijfers, zonder spaties.", "Capitals and digits, no spaces."),
    "Telefoonnummer": PHONE,
    "TelefoonnummerMobiel": (
        f"{PHONE[0]} Leeg in het CRM: blijft zoals het is.",
        f"{PHONE[1]} Empty in the CRM: stays as it is.",
    ),
    "Straatnaam": (
        "Straat, nummer en toevoeging worden gescheiden; is dat niet zeker, dan gaat er niets.",
        "Street, number and addition are taken apart; where that is not certain, nothing goes.",
    ),
    "LandCode": (
        "Landcode; zonder land in het CRM het standaardland.",
        "Country code; the default country where the CRM names none.",
    ),
}
_MAILING: Words = ("Zonder postadres: het bezoekadres.", "Without a mailing address: the visiting address.")
_VISITING: Words = ("Zonder bezoekadres: het postadres.", "Without a visiting address: the mailing address.")
_READS = {
    "Straatnaam": ("street", "house_number"),
    "Huisnummer": ("street", "house_number"),
    "HuisnummerToevoeging": ("street", "house_number", "addition"),
    "Postcode": ("postal_code",),
    "Plaats": ("city",),
    "LandCode": ("country",),
}
_PERSON = ("Voornaam", "Tussenvoegsels", "Achternaam", "Geslacht", "Geboortedatum", "Bsn", "EmailAdres",
           "TelefoonnummerMobiel")  # fmt: skip
_COMPANY = ("Naam", "Rsin", "KvkNummer", "BtwNummer", "Iban", "Telefoonnummer", "EmailAdres")
_REQUIRED = frozenset({"Achternaam", "Naam"})


def _own(name: str, shape: Shape) -> TargetField:
    rule = _RULES.get(name, TIDY)
    return TargetField(
        name, labels(name), (canonical(name),), rule, LENGTHS[name], required=name in _REQUIRED, shapes=(shape,)
    )


def _part(address: str, part: str, shape: Shape) -> TargetField:
    """Describe one part of an address; each of the two stands in for the other where that is missing."""
    first = ADDRESSES.get(address, "visiting")
    both = first == "mailing" or shape == "person"
    sides = (first, "visiting" if first == "mailing" else "mailing") if both else (first,)
    reads = tuple(f"{side}.{one}" for side in sides for one in _READS[part])
    fallback = (_VISITING if shape == "person" else _MAILING) if both else ("", "")
    rule = _RULES.get(part, TIDY)
    whole, one = labels(address or "Adres"), labels(part)
    label = tuple(f"{whole[i]}: {one[i][0].lower()}{one[i][1:]}" for i in (0, 1))
    name = f"{address}.{part}" if address else part
    told = tuple(f"{rule[i]} {fallback[i]}".strip() for i in (0, 1))
    return TargetField(name, (label[0], label[1]), reads, (told[0], told[1]), LENGTHS[name], shapes=(shape,))


FIELDS: tuple[TargetField, ...] = (
    *(_own(name, "organisation") for name in _COMPANY),
    *(_part(address, part, "organisation") for address in ADDRESSES for part in PARTS),
    *(_own(name, "person") for name in _PERSON),
    *(_part("", part, "person") for part in PARTS),
)
"""Every member of a company (first) and of a person that Boekbrug may own."""
