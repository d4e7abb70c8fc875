"""Find a country's code in what Simplicate writes: code, Dutch or English name, or untranslated key."""

import re

_OTHER_CODES = {
    "UK": "GB",
    "EL": "GR",
    "NLD": "NL",
    "BEL": "BE",
    "DEU": "DE",
    "FRA": "FR",
    "GBR": "GB",
    "USA": "US",
}

_NAMES = {
    "NL": "nederland, netherlands, holland",
    "BE": "belgië, belgium, belgique",
    "DE": "duitsland, germany, deutschland",
    "FR": "frankrijk, france",
    "LU": "luxemburg, luxembourg",
    "GB": "verenigd koninkrijk, united kingdom, groot-brittannië, great britain, engeland, england",
    "IE": "ierland, ireland",
    "DK": "denemarken, denmark",
    "SE": "zweden, sweden",
    "NO": "noorwegen, norway",
    "FI": "finland",
    "IS": "ijsland, iceland",
    "AT": "oostenrijk, austria",
    "CH": "zwitserland, switzerland",
    "LI": "liechtenstein",
    "IT": "italië, italy",
    "ES": "spanje, spain",
    "PT": "portugal",
    "GR": "griekenland, greece",
    "CY": "cyprus",
    "MT": "malta",
    "PL": "polen, poland",
    "CZ": "tsjechië, czechia, czech republic",
    "SK": "slowakije, slovakia",
    "HU": "hongarije, hungary",
    "SI": "slovenië, slovenia",
    "HR": "kroatië, croatia",
    "RO": "roemenië, romania",
    "BG": "bulgarije, bulgaria",
    "EE": "estland, estonia",
    "LV": "letland, latvia",
    "LT": "litouwen, lithuania",
    "RS": "servië, serbia",
    "BA": "bosnië en herzegovina, bosnia and herzegovina",
    "AL": "albanië, albania",
    "UA": "oekraïne, ukraine",
    "TR": "turkije, turkey, türkiye",
    "MC": "monaco",
    "SM": "san marino",
    "AD": "andorra",
    "US": "verenigde staten, united states, united states of america, verenigde staten van amerika",
    "CA": "canada",
    "MX": "mexico",
    "BR": "brazilië, brazil",
    "AR": "argentinië, argentina",
    "SR": "suriname",
    "AW": "aruba",
    "CW": "curaçao",
    "SX": "sint maarten",
    "BQ": "bonaire, caribisch nederland, caribbean netherlands",
    "CN": "china",
    "HK": "hongkong, hong kong",
    "TW": "taiwan",
    "JP": "japan",
    "KR": "zuid-korea, south korea",
    "IN": "india",
    "ID": "indonesië, indonesia",
    "TH": "thailand",
    "SG": "singapore",
    "MY": "maleisië, malaysia",
    "AU": "australië, australia",
    "NZ": "nieuw-zeeland, new zealand",
    "ZA": "zuid-afrika, south africa",
    "MA": "marokko, morocco",
    "EG": "egypte, egypt",
    "IL": "israël, israel",
    "AE": "verenigde arabische emiraten, united arab emirates",
    "SA": "saoedi-arabië, saudi arabia",
}
_BY_NAME = {name: code for code, names in _NAMES.items() for name in names.split(", ")}


def country_code(code: str | None, name: str | None) -> str | None:
    """Return the code; a name that is not known comes back as it stands, so that the check can name it."""
    if code:
        upper = code.upper()
        return _OTHER_CODES.get(upper, upper)
    if not name:
        return None
    if re.fullmatch(r"[A-Za-z]{2,3}", name):
        return _OTHER_CODES.get(name.upper(), name.upper())
    plain = re.sub(r"^country_|^the\s|\.$", "", re.sub(r"^country_", "", name.strip().casefold())).strip()
    return _BY_NAME.get(plain, name)
