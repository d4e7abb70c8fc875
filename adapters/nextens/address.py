"""Take street, house number and addition out of one line, or say that it cannot be done with certainty. Pure.

Only a line that can be read in one way is split: a wrong guess would be filed with the tax office.
"""

import re
from dataclasses import dataclass

NUMBER_FIRST = frozenset(["AU", "CA", "FR", "GB", "IE", "LU", "MC", "NZ", "US", "ZA"])
"""Countries where `12 High Street` is the custom; elsewhere a number in front is more likely a mistake."""

_MARKER = r"(?:huisnummer|hnr|nummer|numero|numéro|nr|no|n°|nº|№)\.?"
_TRAILING_MARKER = re.compile(rf"[\s,]+{_MARKER}$|[\s,]+$", re.IGNORECASE)
_FULL_STOP = re.compile(r"(?<=[0-9])\.$")
_CANDIDATE = re.compile(r"(?<=[\s,])[1-9][0-9]{0,4}(?![0-9])")

_VALUE = r"(?:[a-z]?[0-9]{1,4}[a-z]?|[a-z]{1,2})"
_KEYWORD = (
    r"(?:bus|bte|boîte|boite|box|bt|unit|apt|app|appt|appartement|apartment|kamer|room|etage|étage|verdieping|verd|"
    r"toren|gebouw|geb|blok|hal|loods|suite|flat|poort|ingang|lokaal|kavel|ligplaats|floor)"
)
_FLOOR = r"(?:verdieping|verd|etage|étage|etg|woonlaag|floor|hoog|hg|v)"
_WORD = (
    r"(?:bis|ter|quater|hs|huis|hoog|hg|boven|beneden|onder|links|rechts|achter|voor|midden|noord|zuid|oost|west|"
    r"bg|begane\ grond|parterre|souterrain|sous|rood|zwart|rd|zw)"
)
# `nr` and `no` announce a number and are no addition.
_LETTERS = r"(?!(?:nr|no)\b)[a-z]{1,2}(?:\ ?[0-9]{1,4})?"
_UNIT = (
    rf"(?:{_KEYWORD}[\s.:]*{_VALUE}|[0-9]{{1,2}}\ ?(?:e|de|ste|er|ème|eme|st|nd|rd|th)?\ ?{_FLOOR}|{_WORD}|"
    rf"[ivx]{{1,4}}|{_LETTERS})(?![a-z0-9])"
)
_RANGE = r"(?:\s?(?:-|/|\u2013|t/m|tot|en|&|\+)\s?[0-9]{1,5}[a-z]{0,2}(?![a-z0-9]))"
# Atomic, so that a long line cannot be read in exponentially many ways.
_ADDITION = re.compile(rf"(?>{_RANGE}|[\s,\-/.]{{0,3}}{_UNIT})*+\.?", re.IGNORECASE)

_MONTH = (
    r"(?:jan|feb|maart|mars|apr|avr|mei|mai|may|jun|juin|jul|juil|aug|août|sep|okt|oct|nov|dec|déc|dez|märz)[^\W\d_]*"
)
_SQUARE = re.compile(
    r"(?:^|\s)(?:plein|laan|straat|weg|park|kade|boulevard|plantsoen|singel|dreef|avenue|place)$", re.IGNORECASE
)
_YEAR = r"'?(?:1[5-9][0-9]{2}|20[0-9]{2})"
_YEARS = rf"(?:{_YEAR}(?:\s?[-\u2013/]\s?'?[0-9]{{2,4}})?|'?[0-9]{{2}}\s?[-\u2013/]\s?'?[0-9]{{2}})(?![\w])"
_NAMED = re.compile(
    rf"(?<![\w])(?:[0-9]{{1,2}}\.?\s?{_MONTH}|[0-9]{{1,3}}(?:e|de|ste|er|ère|ème|eme|st|nd|rd|th)(?=\s+[^\W\d_]))|"
    r"(?<![\w])[^\W\d_]+[0-9]+(?![\w])",
    re.IGNORECASE,
)
"""What may hold digits in a street's name: a date, an ordinal, a word such as `Q7`."""
_ALL_YEARS = re.compile(_YEARS)
_NUMBER_FIRST = re.compile(r"([1-9][0-9]{0,4})(\s?(?:bis|ter|quater|(?!e)[a-z](?![a-z])))?[\s,]+(\D.*)", re.IGNORECASE)


LONGEST = 200
"""Characters of a line worth reading; a longer one is no address."""


@dataclass(frozen=True, slots=True)
class Parts:
    """Hold the parts of one line; the addition is "" when there is none."""

    street: str
    number: str
    addition: str = ""

    @property
    def line(self) -> str:
        """Compose the line that splits into these parts again."""
        return " ".join(part for part in (self.street, self.number, self.addition) if part)


def split(line: str, country: str | None = None) -> Parts | None:
    """Return the parts of a line; None when there is no number, or more than one way to read it."""
    tidy = _FULL_STOP.sub("", " ".join(line.split()).strip(" ,"))
    if len(tidy) > LONGEST:
        return None
    found = [parts for match in _CANDIDATE.finditer(tidy) if (parts := _at(tidy, match))]
    if not found:
        return _number_first(tidy) if country in NUMBER_FIRST else None
    if len(found) > 1 or _may_be_a_name(found[0]):
        return None
    # Spelled with other spaces it must still read the same, or the reading hung on a space.
    return found[0] if found[0].line == tidy or split(found[0].line) == found[0] else None


def is_addition(text: str) -> bool:
    """Tell whether a text can be nothing but what follows a house number."""
    return bool(_ADDITION.fullmatch(text))


def _at(line: str, match: re.Match[str]) -> Parts | None:
    """Read the number at one place; None unless what stands before and behind it fits."""
    street, addition = _without_marker(line[: match.start()]), line[match.end() :]
    if not _is_street(street) or not is_addition(addition):
        return None
    return Parts(street, match.group(), addition.strip(" ,"))


def _without_marker(street: str) -> str:
    """Drop `nr`, `no.` and the like between street and number, which say nothing of their own."""
    while (shorter := _TRAILING_MARKER.sub("", street)) != street:
        street = shorter
    return street


def _is_street(text: str) -> bool:
    """Tell whether a text can be a street's name: letters, and digits only where names have them."""
    rest = _NAMED.sub(" ", text)
    if any(char.isdigit() for char in rest):
        years = _ALL_YEARS.search(rest)
        if years is None or not _SQUARE.search(rest[: years.start()].rstrip()):
            return False
        rest = rest[: years.start()] + rest[years.end() :]
    return any(char.isalpha() for char in text) and not any(char.isdigit() for char in rest)


def _may_be_a_name(parts: Parts) -> bool:
    """Tell whether the number may be part of the name: `Plein 1944` and `Laan '40-'45` are streets."""
    years = f"{parts.number}{parts.addition}"
    return bool(_SQUARE.search(parts.street) and _ALL_YEARS.fullmatch(years))


def _number_first(line: str) -> Parts | None:
    match = _NUMBER_FIRST.fullmatch(line)
    if match is None or not _is_street(match[3]):
        return None
    parts = Parts(match[3], match[1], (match[2] or "").strip())
    return parts if split(parts.line) == parts else None
