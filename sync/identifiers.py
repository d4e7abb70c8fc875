"""Normalise and judge identifiers: python-stdnum with its traps closed. Pure; no error holds a number."""

import re
import unicodedata

from stdnum import bic, iban
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError
from stdnum.nl import bsn, btw, postcode
from stdnum.util import get_cc_module

_SEPARATORS = re.compile(r"[\s.\-_/]+")
_KVK = re.compile(r"[0-9]{8}")
_NINE = re.compile(r"[0-9]{8,9}")
_DUTCH_VAT = re.compile(r"[0-9]{9}B[0-9]{2}")
_EMAIL = re.compile(r"[^\s@<>(),;:\"\[\]\\]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]{1,62}")
# ISO 3166-1 alpha-2, and XK (Kosovo), which vendors and banks use as if it were.
_CODES = (
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT "
    "BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH "
    "ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT "
    "HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS "
    "LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI "
    "NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG "
    "SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG "
    "UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW"
)
_COUNTRIES = frozenset(_CODES.split())


class Invalid(ValueError):
    """Say which rule a text breaks; the text itself stays out, as it may be a personal number."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


def tidy(text: str | None) -> str | None:
    """Fold width, collapse white space and drop control characters; None when nothing is left."""
    folded = unicodedata.normalize("NFKC", text or "")
    kept = "".join(c if c.isprintable() else " " for c in folded)
    return " ".join(kept.split()) or None


def _compact(text: str | None) -> str | None:
    """Keep what carries meaning in a number: no separators, upper case."""
    plain = tidy(text)
    return _SEPARATORS.sub("", plain).upper() or None if plain else None


def clean_kvk(text: str | None) -> str | None:
    """Return eight digits. It is a serial number without check digit; all zeros is a place holder."""
    number = _compact(text)
    if number is None:
        return None
    if not _KVK.fullmatch(number) or number == "00000000":
        raise Invalid("eight_digits")
    return number


def clean_bsn(text: str | None) -> str | None:
    """Return nine digits; eight get their zero back. Stdnum pads anything, so `24` would pass."""
    number = _compact(text)
    if number is None:
        return None
    if not _NINE.fullmatch(number):
        raise Invalid("nine_digits")
    if not bsn.is_valid(number):
        raise Invalid("eleven_test")
    return number.zfill(9)


def clean_rsin(text: str | None) -> str | None:
    """Return nine digits: the same test as a BSN, which it cannot be told from by form."""
    return clean_bsn(text)


def clean_vat(text: str | None, country: str | None = None) -> str | None:
    """Return a VAT number with its country prefix; `country` helps one that was typed without."""
    number = _compact(text)
    if number is None:
        return None
    if not number.isascii() or not number.isalnum() or len(number) > 20:
        raise Invalid("vat_form")
    if _DUTCH_VAT.fullmatch(number):
        number = f"NL{number}"
    elif number[:1].isdigit() and country:
        number = f"{country}{number}"
    if number.startswith("GR"):
        number = f"EL{number[2:]}"  # Greece's prefix in VAT numbers is not its country code.
    return _dutch_vat(number[2:]) if number.startswith("NL") else _foreign_vat(number)


def _dutch_vat(number: str) -> str:
    """Accept both kinds: 11-proof base, and mod 97 since 2020. Nine digits first: stdnum pads."""
    if not _DUTCH_VAT.fullmatch(number):
        raise Invalid("vat_form")
    try:
        return f"NL{btw.validate(number)}"
    except ValidationError:
        raise Invalid("vat_check") from None


def _foreign_vat(number: str) -> str:
    """Accept the Union by its own table and other countries where stdnum knows their rule."""
    prefix = number[:2]
    try:
        if prefix.lower() in eu_vat.MEMBER_STATES or prefix in ("EL", "EU"):
            return eu_vat.validate(number)
        module = get_cc_module(prefix.lower(), "vat") if prefix.isalpha() and len(prefix) == 2 else None
        if module is None:
            raise Invalid("vat_country")
        valid: str = module.validate(number)
    except ValidationError:
        raise Invalid("vat_check") from None
    return valid if valid.startswith(prefix) else prefix + valid


def sensitive_vat(number: str | None) -> bool:
    """Tell whether a Dutch VAT number may hold a BSN: every 11-proof base, as the form proves no more."""
    base = (_compact(number) or "").removeprefix("NL")[:9]
    return bool(_NINE.fullmatch(base)) and bsn.is_valid(base)


def clean_iban(text: str | None) -> str | None:
    """Return an IBAN without spaces; national extra checks stay off, as they refuse real foreign accounts."""
    number = _compact(text)
    if number is None:
        return None
    try:
        return iban.validate(number, check_country=False)
    except ValidationError:
        raise Invalid("iban_check") from None


def clean_bic(text: str | None) -> str | None:
    """Return a BIC of eight or eleven characters."""
    number = _compact(text)
    if number is None:
        return None
    try:
        return bic.validate(number)
    except ValidationError:
        raise Invalid("bic_form") from None


def clean_postcode(text: str | None, country: str | None) -> str | None:
    """Return `1234 AB` for the Netherlands; others, and an unnamed country, are tidied, not judged."""
    plain = tidy(text)
    if plain is None:
        return None
    if country not in ("NL", None):
        return plain.upper()
    try:
        return postcode.validate(_SEPARATORS.sub("", plain))
    except ValidationError:
        if country == "NL":
            raise Invalid("postcode_form") from None
        return plain.upper()


def clean_country(text: str | None) -> str | None:
    """Return an ISO 3166-1 alpha-2 code."""
    code = _compact(text)
    if code is not None and code not in _COUNTRIES:
        raise Invalid("country_code")
    return code


def clean_email(text: str | None) -> str | None:
    """Return one plain address. Several in one field are refused: choosing among them is a person's work."""
    plain = tidy(text)
    if plain is None:
        return None
    address = plain.removeprefix("mailto:")
    if len(address) > 254 or not _EMAIL.fullmatch(address) or ".." in address:
        raise Invalid("email_form")
    return address


def masked(text: str | None) -> str:
    """Show what a person needs to recognise a value: letters and the last two digits, 40 at most."""
    shown = (tidy(text) or "")[:40]
    hidden = sum(c.isdigit() for c in shown) - 2
    return re.sub(r"\d", lambda _: "•", shown, count=hidden) if hidden > 0 else shown


def without_personal_numbers(text: str | None) -> str:
    """Show a value whole, unless its digits hold a run of eight or nine that passes the 11-test."""
    shown = (tidy(text) or "")[:60]
    digits = "".join(c for c in tidy(text) or "" if c.isdigit() and c.isascii())
    runs = (digits[i : i + n] for n in (8, 9) for i in range(len(digits) - n + 1))
    return masked(shown) if any(bsn.is_valid(run) for run in runs) else shown
