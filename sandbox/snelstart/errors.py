"""SnelStart's refusals: codes with our own Dutch wording, and the shapes of the bodies."""

from collections.abc import Iterable

from sandbox.common.http import reply
from sandbox.common.tokened import Refused
from sandbox.snelstart.fields import EMAIL_SETTINGS

TEXTS = {
    "ALG-0100": "Laat het id weg",
    "ALG-0101": "Het id in de url is een ander id dan dat in de gegevens",
    "ALG-0103": "Dit is geen geldig id",
    "ALG-0104": "Het OData-filter is niet geldig",
    "ALG-0105": "Dit item is niet actief",
    "ALG-0106": "Er zijn geen gegevens meegestuurd",
    "KPL-0001": "Deze kostenplaats is er niet",
    "KPL-0002": "Er is al een kostenplaats met dit id",
    "KPL-0003": "Een id is nodig",
    "KPL-0004": "Vul een omschrijving in",
    "KPL-0005": "De omschrijving is langer dan 50 tekens",
    "KPL-0006": "Vul een nummer in",
    "KPL-0007": "Het nummer ligt buiten 1 tot en met 999999999",
    "KPL-0008": "Er is al een kostenplaats met dit nummer",
    "KPL-0009": "Een nieuwe kostenplaats kan niet nonactief zijn",
    "REF-0002": "Een van de extra velden is niet bekend",
    "REF-0003": "Een extra veld staat meer dan eens in de aanvraag",
    "REF-0004": "De tekst van een extra veld is te lang",
    "REF-0005": "De waarde van een keuzeveld staat niet in de lijst",
    "REF-0006": "Dit extra veld hoort niet bij de soort van deze relatie",
    "REF-0007": "Een extra veld van het type integer heeft een andere waarde",
    "REF-0008": "Een extra veld van het type datetime heeft een andere waarde",
    "REF-0009": "Een extra veld van het type boolean heeft een andere waarde",
    "REF-0010": "Een extra veld van het type money heeft een andere waarde",
    "REF-0011": "Een extra veld van het type float heeft een andere waarde",
    "REF-0014": "Een tekstveld heeft een waarde die geen tekst is",
    "REF-0016": "De gegevens van de extra velden zijn niet compleet",
    "REL-0001": "Een relatie heeft een relatiesoort nodig",
    "REL-0002": "Aanmanen kan alleen bij een klant",
    "REL-0003": "De krediettermijn ligt buiten -365 tot en met 1000",
    "REL-0004": "Factuurkorting kan alleen bij een klant",
    "REL-0005": "Deze relatie is er niet",
    "REL-0006": "Het KvK-nummer klopt niet",
    "REL-0007": "Vul een naam in",
    "REL-0008": "Een andere relatie heeft deze relatiecode al",
    "REL-0009": "Vul een IBAN in, want er wordt gebankierd of geincasseerd",
    "REL-0010": "De BIC klopt niet",
    "REL-0011": "De IBAN klopt niet",
    "REL-0012": "Het mobiele nummer is langer dan 25 tekens",
    "REL-0013": "Het telefoonnummer is langer dan 25 tekens",
    "REL-0014": "Bankieren kan alleen bij een leverancier",
    "REL-0015": "Het adres van de website is geen geldige url",
    "REL-0016": "Incasseren kan alleen bij een klant",
    "REL-0017": "De factuurrelatie is er niet",
    "REL-0018": "De factuurrelatie is geen klant",
    "REL-0020": "De straat van het vestigingsadres is langer dan 50 tekens",
    "REL-0021": "De postcode van het vestigingsadres is langer dan 25 tekens",
    "REL-0022": "De plaats van het vestigingsadres is langer dan 50 tekens",
    "REL-0023": "De contactpersoon van het vestigingsadres is langer dan 50 tekens",
    "REL-0025": "De straat van het correspondentieadres is langer dan 50 tekens",
    "REL-0026": "De postcode van het correspondentieadres is langer dan 25 tekens",
    "REL-0027": "De plaats van het correspondentieadres is langer dan 50 tekens",
    "REL-0028": "De contactpersoon van het correspondentieadres is langer dan 50 tekens",
    "REL-0047": "Het id in de url is een ander id dan dat van de relatie",
    "REL-0048": "De eigen relatie is er maar een keer",
    "REL-0051": "Deze klant krijgt facturen van een andere relatie",
    "REL-0055": "Het land van het correspondentieadres is er niet",
    "REL-0056": "Het land van het vestigingsadres is er niet",
    "REL-0057": "Het btw-nummer is langer dan 50 tekens",
    "REL-0058": "Het btw-nummer is korter dan 2 tekens",
    "REL-0059": "Het btw-nummer heeft andere tekens dan letters en cijfers",
    "REL-0060": "Vul het vestigingsadres helemaal in of helemaal niet; een contactpersoon hoeft niet",
    "REL-0061": "Het e-mailadres klopt niet",
    "REL-0062": "Een kredietlimiet kan alleen bij een klant",
    "REL-0063": "Laat het id weg bij een nieuwe relatie",
    "REL-0064": "De relatiesoort ligt vast",
    "REL-0065": "Een relatie is klant of leverancier, niet allebei",
    "REL-0066": "De gegevens van de relatie zijn niet compleet of niet goed",
    "REL-0067": "SnelStart gebruikt deze leverancier zelf",
    "REL-0084": "Een of meer e-mailadressen kloppen niet; scheid ze met een puntkomma",
    "REL-0085": "De e-mailadressen zijn samen langer dan 250 tekens",
    "REL-0086": "Een OIN heeft precies 20 cijfers",
    "REL-0087": "Het land van het btw-nummer is een ander land dan dat van het vestigingsadres",
    "REL-0088": "Dit btw-nummer bestaat niet",
    "REL-0103": "SnelStart gebruikt deze klant zelf",
}
_EMAIL_TEXTS = (
    "Vul een e-mailadres in, want er wordt verstuurd",
    "Het e-mailadres klopt niet",
    "Een of meer e-mailadressen kloppen niet; scheid ze met een puntkomma",
    "De e-mailadressen zijn samen langer dan 250 tekens",
    "Het cc-adres klopt niet",
    "Een of meer cc-adressen kloppen niet; scheid ze met een puntkomma",
    "De cc-adressen zijn samen langer dan 250 tekens",
)
TEXTS |= {
    f"REL-{number:04}": f"{setting[0].upper()}{setting[1:]}: {words}"
    for setting, numbers in EMAIL_SETTINGS.items()
    for number, words in zip(numbers, _EMAIL_TEXTS, strict=True)
}


def rules(codes: Iterable[str], status: int = 400) -> Refused:
    """Refuse by business rules: an array of codes with texts."""
    return Refused(reply([{"errorCode": code, "message": TEXTS[code], "details": None} for code in codes], status))


def model_state(errors: dict[str, list[str]]) -> Refused:
    """Refuse a body that does not bind to the model."""
    return Refused(reply({"message": "De aanvraag is ongeldig.", "modelState": errors}, 400))


def odata(message: str) -> Refused:
    """Refuse an OData option; the vendor answers these in English and without a code."""
    return Refused(reply({"Message": message}, 400))


def missing(code: str) -> Refused:
    """Refuse an id that leads nowhere."""
    return rules([code], 404)
