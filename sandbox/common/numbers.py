"""Checks of Dutch and European numbers, apart from any library, so that a shared mistake shows."""

import re

#: Shape of the national part per EU country; only the Dutch number is checked to its last digit.
EU_VAT = {
    "AT": r"U\d{8}", "BE": r"[01]?\d{9}", "BG": r"\d{9,10}", "CY": r"\d{8}[A-Z]", "CZ": r"\d{8,10}",
    "DE": r"\d{9}", "DK": r"\d{8}", "EE": r"\d{9}", "EL": r"\d{9}", "ES": r"[A-Z0-9]\d{7}[A-Z0-9]",
    "FI": r"\d{8}", "FR": r"[A-HJ-NP-Z0-9]{2}\d{9}", "HR": r"\d{11}", "HU": r"\d{8}",
    "IE": r"\d[A-Z0-9+*]\d{5}[A-Z]{1,2}", "IT": r"\d{11}", "LT": r"\d{9}|\d{12}", "LU": r"\d{8}",
    "LV": r"\d{11}", "MT": r"\d{8}", "NL": r"\d{9}B\d{2}", "PL": r"\d{10}", "PT": r"\d{9}",
    "RO": r"\d{2,10}", "SE": r"\d{12}", "SI": r"\d{8}", "SK": r"\d{10}", "XI": r"\d{9}|\d{12}",
}  # fmt: skip

_EU_VAT = {country: re.compile(shape) for country, shape in EU_VAT.items()}
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{10,30}")
_KVK = re.compile(r"\d{8}(\d{4})?")


def eleven_proof(digits: str) -> bool:
    """Check nine digits by the 11-test of BSN and RSIN: 9A+8B+..+2H-I."""
    if len(digits) != 9 or not digits.isdigit() or digits == "000000000":
        return False
    total = sum(weight * int(digit) for weight, digit in zip((9, 8, 7, 6, 5, 4, 3, 2, -1), digits, strict=True))
    return total % 11 == 0


def mod97(value: str) -> int:
    """Return the remainder by 97 after replacing letters by numbers (A = 10), as ISO 7064 does."""
    return int("".join(str(int(char, 36)) for char in value)) % 97


def dutch_vat(number: str) -> bool:
    """Check a Dutch VAT number without `NL`: of a legal entity (11-test) or a sole trader (mod 97)."""
    if not _EU_VAT["NL"].fullmatch(number) or number.endswith("B00"):
        return False
    return eleven_proof(number[:9]) or mod97("NL" + number) == 1


def split_vat(number: str, country: str) -> tuple[str, str]:
    """Split a VAT number into country prefix and the rest; without a prefix the given country counts."""
    if number[:2] in EU_VAT and not (country == "NL" and _EU_VAT["NL"].fullmatch(number)):
        return number[:2], number[2:]
    return country, number


def vat(country: str, number: str) -> bool:
    """Check a VAT number that was split; countries outside the EU are not judged."""
    if country == "NL":
        return dutch_vat(number)
    shape = _EU_VAT.get(country)
    return shape is None or bool(shape.fullmatch(number))


def iban(value: str) -> bool:
    """Check an IBAN in capitals without spaces."""
    return bool(_IBAN.fullmatch(value)) and mod97(value[4:] + value[:4]) == 1


def kvk(value: str) -> bool:
    """Check a Chamber of Commerce number: eight digits, or twelve with the branch."""
    return bool(_KVK.fullmatch(value))
