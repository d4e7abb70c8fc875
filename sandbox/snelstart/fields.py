"""SnelStart's field lists: what a record holds, of which type, and how long it may be.

Binding, OData names and the tests that check every answer all read these tables.
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Field:
    """Describe one field: kind, maximum length, allowed words, members, and whether a client may set it."""

    kind: str
    limit: int | None = None
    words: tuple[str, ...] = ()
    members: "dict[str, Field]" = field(default_factory=dict)
    read_only: bool = False

    def empty(self) -> Any:
        """Return what a field holds that the client left out."""
        if self.kind == "object":
            return {name: member.empty() for name, member in self.members.items()}
        if self.kind == "enum":
            return self.words[0]
        return {"bool": False, "number": 0.0, "list": [], "words": []}.get(self.kind)


Table = dict[str, Field]

REF: Table = {"id": Field("uuid"), "uri": Field("str", read_only=True)}
ADRES: Table = {
    "contactpersoon": Field("str", 50),
    "straat": Field("str", 50),
    "postcode": Field("str", 25),
    "plaats": Field("str", 50),
    "land": Field("ref", members=REF),
}
EMAIL_VERSTUREN: Table = {
    "shouldSend": Field("bool"),
    "email": Field("str", 250),
    "ccEmail": Field("str", 250),
}
EXTRA_VELD: Table = {"naam": Field("str"), "waarde": Field("str")}

#: The six e-mail settings with their codes: empty, invalid, list invalid, too long; the last three for cc.
EMAIL_SETTINGS = {
    "offerteEmailVersturen": (44, 45, 80, 81, 46, 82, 83),
    "bevestigingsEmailVersturen": (38, 39, 76, 77, 40, 78, 79),
    "factuurEmailVersturen": (32, 33, 72, 73, 34, 74, 75),
    "aanmaningEmailVersturen": (29, 30, 68, 69, 31, 70, 71),
    "offerteAanvraagEmailVersturen": (89, 90, 91, 92, 93, 94, 95),
    "bestellingEmailVersturen": (96, 97, 98, 99, 100, 101, 102),
}

RELATIE: Table = {
    "relatiesoort": Field("words", words=("Klant", "Leverancier", "Eigen", "Geen")),
    "modifiedOn": Field("datetime", read_only=True),
    "relatiecode": Field("int"),
    "naam": Field("str", 50),
    "vestigingsAdres": Field("object", members=ADRES),
    "correspondentieAdres": Field("object", members=ADRES),
    "telefoon": Field("str", 25),
    "mobieleTelefoon": Field("str", 25),
    "email": Field("str", 250),
    "btwNummer": Field("str", 50),
    "factuurkorting": Field("number"),
    "krediettermijn": Field("int"),
    "bankieren": Field("bool"),
    "nonactief": Field("bool"),
    "kredietLimiet": Field("number"),
    "memo": Field("str"),
    "kvkNummer": Field("str", 12),
    "oin": Field("str", 20),
    "websiteUrl": Field("str", 100),
    "aanmaningsoort": Field("enum", words=("Nee", "Onderneming", "Consument")),
    **{name: Field("object", members=EMAIL_VERSTUREN) for name in EMAIL_SETTINGS},
    "ublBestandAlsBijlage": Field("bool"),
    "iban": Field("str", 50),
    "bic": Field("str", 15),
    "incassoSoort": Field("enum", words=("Geen", "Core", "B2B")),
    "factuurRelatie": Field("ref", members=REF),
    "inkoopBoekingenUri": Field("str", read_only=True),
    "verkoopBoekingenUri": Field("str", read_only=True),
    "documents": Field("list", members=REF, read_only=True),
    "extraVeldenKlant": Field("list", members=EXTRA_VELD, read_only=True),
    "fax": Field("str", read_only=True),
    "id": Field("uuid"),
    "uri": Field("str", read_only=True),
}
KOSTENPLAATS: Table = {
    "omschrijving": Field("str", 50),
    "nonactief": Field("bool"),
    "nummer": Field("int"),
    "id": Field("uuid"),
    "uri": Field("str", read_only=True),
}
LAND: Table = {
    "naam": Field("str"),
    "landcodeISO": Field("str"),
    "landcode": Field("str"),
    "id": Field("uuid"),
    "uri": Field("str"),
}
GROOTBOEK: Table = {
    "modifiedOn": Field("datetime"),
    "omschrijving": Field("str", 50),
    "kostenplaatsVerplicht": Field("bool"),
    "rekeningCode": Field("enum", words=("Balans", "WinstEnVerlies")),
    "nonactief": Field("bool"),
    "nummer": Field("int"),
    "grootboekfunctie": Field("str"),
    "grootboekRubriek": Field("str"),
    "rgsCode": Field("list", members={"versie": Field("str"), "rgsCode": Field("str")}),
    "btwSoort": Field("words", words=("Geen", "Laag", "Hoog", "Overig")),
    "vatRateCode": Field("str"),
    "id": Field("uuid"),
    "uri": Field("str"),
}
DAGBOEK: Table = {
    "omschrijving": Field("str"),
    "soort": Field("enum", words=("Geen", "Kas", "Bank", "Verkoop", "Inkoop", "Memoriaal", "Balans")),
    "nonactief": Field("bool"),
    "nummer": Field("int"),
    "id": Field("uuid"),
    "uri": Field("str"),
}
BTWTARIEF: Table = {
    "btwSoort": Field("enum", words=("Geen", "Laag", "Hoog", "Overig")),
    "btwPercentage": Field("number"),
    "datumVanaf": Field("datetime"),
    "datumTotEnMet": Field("datetime"),
}
COMPANY_INFO: Table = {
    "administratieIdentifier": Field("uuid"),
    "administratieNaam": Field("str"),
    "bedrijfsnaam": Field("str"),
    "contactpersoon": Field("str"),
    "adres": Field("str"),
    "postcode": Field("str"),
    "plaats": Field("str"),
    "telefoon": Field("str"),
    "email": Field("str"),
    "website": Field("str"),
    "iban": Field("str"),
    "bic": Field("str"),
    "kvKNummer": Field("str"),
    "btwNummer": Field("str"),
    "huidigBoekjaar": Field("int"),
    "artikelcodeSoort": Field("str"),
    "volgendFactuurnummer": Field("int"),
    "factureerBuitenlandsBtw": Field("bool"),
    "buitenlandseBtwGrootboek": Field("ref", members=REF),
}
CUSTOM_FIELD: Table = {"name": Field("str"), "value": Field("any")}
CUSTOM_FIELDS: Table = {
    "klantCustomFields": Field("list", members=CUSTOM_FIELD),
    "leverancierCustomFields": Field("list", members=CUSTOM_FIELD),
}
FOUT: Table = {"errorCode": Field("str"), "message": Field("str"), "details": Field("str")}
