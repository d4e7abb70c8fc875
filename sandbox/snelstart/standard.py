"""The standard data of an administration: ledgers, journals, VAT rates and the company itself."""

from typing import Any

from sandbox.snelstart.landen import fixed_id

_GROOTBOEKEN = """
0100 Inventaris|Balans|Diversen|Geen
1000 Kas|Balans|DagboekKas|Geen
1100 Bank|Balans|DagboekBank|Geen
1300 Debiteuren|Balans|Debiteuren|Geen
1500 Af te dragen btw hoog|Balans|AfTeDragenBtwHoog|Geen
1600 Crediteuren|Balans|Crediteuren|Geen
2900 Memoriaal|Balans|DagboekMemoriaal|Geen
4000 Lonen en salarissen|WinstEnVerlies|Diversen|Geen
4300 Kantoorkosten|WinstEnVerlies|InkopenKostenAlleBtwTarieven|Geen Laag Hoog Overig
4500 Autokosten|WinstEnVerlies|InkopenKostenHoog|Hoog
7000 Inkopen laag|WinstEnVerlies|InkopenKostenLaag|Laag
8200 Omzet hoog|WinstEnVerlies|VerkopenOmzetHoog|Hoog
8210 Omzet laag|WinstEnVerlies|VerkopenOmzetLaag|Laag
8220 Omzet overig|WinstEnVerlies|VerkopenOmzetOverig|Overig
8240 Omzet nultarief|WinstEnVerlies|VerkopenOmzetOnbelastVerlegd|Geen
8250 Omzet verlegd|WinstEnVerlies|VerkopenOmzetOnbelastVerlegd|Geen
8300 Omzet vrijgesteld|WinstEnVerlies|VerkopenBtwVrij|Geen
"""
_DAGBOEKEN = ("Kas", "Bank", "Verkoop", "Inkoop", "Memoriaal", "Balans")
#: Percentages with the first and the last day on which they hold.
_TARIEVEN = (
    ("Geen", 0.0, "1900-01-01", "2400-12-31"),
    ("Laag", 6.0, "1900-01-01", "2018-12-31"),
    ("Laag", 9.0, "2019-01-01", "2400-12-31"),
    ("Hoog", 19.0, "1900-01-01", "2012-09-30"),
    ("Hoog", 21.0, "2012-10-01", "2400-12-31"),
    ("Overig", 0.0, "1900-01-01", "2400-12-31"),
)


def grootboeken() -> dict[str, dict[str, Any]]:
    """Return a small chart of accounts by id."""
    return {record["id"]: record for record in map(_grootboek, _GROOTBOEKEN.strip().splitlines())}


def _grootboek(line: str) -> dict[str, Any]:
    title, rekening, functie, soorten = line.split("|")
    nummer, omschrijving = title.split(" ", 1)
    key = fixed_id("grootboek", nummer)
    return {
        "modifiedOn": "2024-01-01T00:00:00",
        "omschrijving": omschrijving,
        "kostenplaatsVerplicht": False,
        "rekeningCode": rekening,
        "nonactief": False,
        "nummer": int(nummer),
        "grootboekfunctie": functie,
        "grootboekRubriek": None,
        "rgsCode": [],
        "btwSoort": soorten.split(),
        "vatRateCode": None,
        "id": key,
        "uri": f"/grootboeken/{key}",
    }


def dagboeken() -> list[dict[str, Any]]:
    """Return one journal of each kind."""
    return [
        {
            "omschrijving": soort,
            "soort": soort,
            "nonactief": False,
            "nummer": 1000 + 100 * at,
            "id": fixed_id("dagboek", soort),
            "uri": f"/dagboeken/{fixed_id('dagboek', soort)}",
        }
        for at, soort in enumerate(_DAGBOEKEN)
    ]


def btwtarieven() -> list[dict[str, Any]]:
    """Return the VAT rates with their history."""
    return [
        {
            "btwSoort": soort,
            "btwPercentage": percentage,
            "datumVanaf": f"{first}T00:00:00",
            "datumTotEnMet": f"{last}T00:00:00",
        }
        for soort, percentage, first, last in _TARIEVEN
    ]


def company_info() -> dict[str, Any]:
    """Return the company whose books these are."""
    return {
        "administratieIdentifier": fixed_id("administratie", 1),
        "administratieNaam": "Sandbox Administratie",
        "bedrijfsnaam": "Sandbox Administratie B.V.",
        "contactpersoon": "A. Voorbeeld",
        "adres": "Voorbeeldstraat 1",
        "postcode": "1234 AB",
        "plaats": "Voorbeeldstad",
        "telefoon": "0201234567",
        "email": "administratie@voorbeeld.example",
        "website": None,
        "iban": None,
        "bic": None,
        "kvKNummer": "12345678",
        "btwNummer": None,
        "huidigBoekjaar": 2026,
        "artikelcodeSoort": "Numeriek",
        "volgendFactuurnummer": 1,
        "factureerBuitenlandsBtw": False,
        "buitenlandseBtwGrootboek": None,
    }
