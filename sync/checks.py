"""Judge a relation before it is planned: what is wrong becomes a problem in words, the rest goes on."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from models.causes import Cause
from models.records import Address, Contact, Problem, Relation
from sync import identifiers as ids

Problems = list[Problem]
_LEFT_OUT = {
    "effect_nl": "Dit veld is niet meegestuurd; de rest wel.",
    "effect_en": "This field was left out; the rest was sent.",
}
_NO_ADDRESS = {
    "effect_nl": "Dit adres is niet meegestuurd; de rest wel.",
    "effect_en": "This address was left out; the rest was sent.",
}
_STOPPED = {"effect_nl": "Er is niets verstuurd.", "effect_en": "Nothing was sent."}
_FIRST_BIRTH = date(1850, 1, 1)
"""Before it nobody who files was born; the dead of a century ago still have an estate."""
_HARMLESS = frozenset({"email", "contact.email", "bic"})
"""What a strict target can do without: no number and no address that a filing rests on."""
_ADDRESSES = {"visiting": ("bezoekadres", "visiting address"), "mailing": ("postadres", "postal address")}


def check(relation: Relation) -> tuple[Relation, tuple[Problem, ...]]:
    """Return the relation with sound values normalised and wrong optional ones left out, and what is wrong.

    A second check of the result finds nothing more to change. No problem holds a BSN, RSIN or whole IBAN.
    """
    problems: Problems = []
    visiting = _address(relation.visiting, "visiting", problems)
    country = visiting.country if visiting else None
    checked = replace(
        relation,
        name=_name(relation.name, problems),
        visiting=visiting,
        mailing=_address(relation.mailing, "mailing", problems),
        kvk=_judge(ids.clean_kvk, relation.kvk, "kvk", problems, ids.without_personal_numbers),
        vat=_judge(lambda text: ids.clean_vat(text, country), relation.vat, "vat", problems, ids.masked),
        rsin=_judge(ids.clean_rsin, relation.rsin, "rsin", problems),
        bsn=_judge(ids.clean_bsn, relation.bsn, "bsn", problems),
        iban=_judge(ids.clean_iban, relation.iban, "iban", problems, ids.masked),
        bic=_judge(ids.clean_bic, relation.bic, "bic", problems, ids.without_personal_numbers),
        date_of_birth=_birth_date(relation.date_of_birth, problems),
        email=_judge(ids.clean_email, relation.email, "email", problems, ids.without_personal_numbers),
        contacts=tuple(_contact(contact, problems) for contact in relation.contacts),
    )
    return checked, tuple(problems)


def stopping(problem: Problem) -> Problem:
    """Return the problem as a target takes it that wants a relation right or not at all."""
    if problem.field in _HARMLESS:
        return problem
    return replace(problem, blocking=True, params={**problem.params, **_STOPPED})


def _judge(
    clean: Callable[[str | None], str | None],
    text: str | None,
    field: str,
    problems: Problems,
    show: Callable[[str | None], str] | None = None,
) -> str | None:
    """Return the normalised value, or None with a problem, which without `show` names no value."""
    try:
        return clean(text)
    except ids.Invalid:
        params = {**_LEFT_OUT, **({"value": show(text)} if show else {})}
        problems.append(Problem(f"check.{field.rpartition('.')[2]}", field, params=params))
        return None


def _birth_date(day: date | None, problems: Problems) -> date | None:
    """Return a day on which somebody alive can have been born."""
    if day is None or _FIRST_BIRTH <= day <= datetime.now(UTC).date() + timedelta(days=1):
        return day
    problems.append(Problem("check.birth_date", "date_of_birth", params=dict(_LEFT_OUT)))
    return None


def _name(name: str, problems: Problems) -> str:
    """Return the name without stray white space; nothing can be written for a relation without one."""
    tidy = ids.tidy(name)
    if tidy is None:
        problems.append(Problem("check.name_missing", "name", blocking=True))
    return tidy or ""


def _address(address: Address | None, which: str, problems: Problems) -> Address | None:
    """Return the address normalised, or None with a problem.

    A wrong country or Dutch postcode takes the whole address out: books refuse an incomplete one (REL-0060),
    and a guessed one sends invoices astray.
    """
    if address is None:
        return None
    nl, en = _ADDRESSES[which]
    step, cause, value = "country", "check.country", address.country
    try:
        country = ids.clean_country(address.country)
        step, cause, value = "postal_code", "check.postcode", address.postal_code
        return replace(address, country=country, postal_code=ids.clean_postcode(value, country))
    except ids.Invalid:
        shown = ids.without_personal_numbers(value)
        params = {"value": shown, "address_nl": nl, "address_en": en, **_NO_ADDRESS}
        problems.append(Problem(cause, f"{which}.{step}", params=params))
        return None


def _contact(contact: Contact, problems: Problems) -> Contact:
    """Judge the e-mail address of the main contact; the others are not sent and bother nobody."""
    if not contact.main:
        return contact
    email = _judge(ids.clean_email, contact.email, "contact.email", problems, ids.without_personal_numbers)
    return replace(contact, email=email)


def _crm(code: str, what_nl: str, what_en: str, do_nl: str, do_en: str) -> Cause:
    return Cause(code, "crm_user", what_nl, what_en, do_nl, do_en)


CAUSES = (
    _crm(
        "check.name_missing",
        "De relatie heeft geen naam en kan niet naar de boekhouding.",
        "The relation has no name and cannot go to the books.",
        "Vul de naam in het CRM in en sla de relatie op.",
        "Fill in the name in the CRM and save the relation.",
    ),
    _crm(
        "check.kvk",
        "KvK-nummer {value} is geen nummer van 8 cijfers. {effect_nl}",
        "Chamber of Commerce (KvK) number {value} is not a number of 8 digits. {effect_en}",
        "Corrigeer het KvK-nummer in het CRM: 8 cijfers, met voorloopnullen, zonder vestigingsnummer.",
        "Correct the KvK number in the CRM: exactly 8 digits, with leading zeros, without branch number.",
    ),
    _crm(
        "check.vat",
        "Btw-nummer {value} klopt niet. {effect_nl}",
        "VAT number {value} is not valid. {effect_en}",
        "Corrigeer het btw-nummer in het CRM, met landcode, zoals het op een factuur van de relatie staat.",
        "Correct the VAT number in the CRM, with country code, as printed on an invoice of the relation.",
    ),
    _crm(
        "check.iban",
        "IBAN {value} klopt niet. {effect_nl}",
        "IBAN {value} is not valid. {effect_en}",
        "Corrigeer het bankrekeningnummer (IBAN) in het CRM.",
        "Correct the bank account number (IBAN) in the CRM.",
    ),
    _crm(
        "check.bic",
        "BIC {value} klopt niet. {effect_nl}",
        "BIC {value} is not valid. {effect_en}",
        "Corrigeer de BIC in het CRM (8 of 11 tekens) of maak het veld leeg.",
        "Correct the BIC in the CRM (8 or 11 characters) or empty the field.",
    ),
    _crm(
        "check.postcode",
        "Postcode {value} in het {address_nl} is geen Nederlandse postcode. {effect_nl}",
        "Postcode {value} in the {address_en} is not a Dutch postcode. {effect_en}",
        "Corrigeer in het CRM de postcode (1234 AB), of het land van dit adres.",
        "Correct the postcode (1234 AB), or the country of this address, in the CRM.",
    ),
    _crm(
        "check.country",
        "Land {value} in het {address_nl} is onbekend. {effect_nl}",
        "Country {value} in the {address_en} is unknown. {effect_en}",
        "Kies in het CRM het land van dit adres uit de lijst.",
        "Choose the country of this address from the list in the CRM.",
    ),
    _crm(
        "check.bsn",
        "Het BSN klopt niet (9 cijfers, elfproef). {effect_nl}",
        "The BSN (citizen service number) is not valid (9 digits, 11-test). {effect_en}",
        "Corrigeer het BSN in het CRM.",
        "Correct the BSN in the CRM.",
    ),
    _crm(
        "check.rsin",
        "Het RSIN klopt niet (9 cijfers, elfproef). {effect_nl}",
        "The RSIN (fiscal number) is not valid (9 digits, 11-test). {effect_en}",
        "Corrigeer het RSIN in het CRM.",
        "Correct the RSIN in the CRM.",
    ),
    _crm(
        "check.birth_date",
        "De geboortedatum kan niet kloppen. {effect_nl}",
        "The date of birth cannot be right. {effect_en}",
        "Corrigeer de geboortedatum in het CRM.",
        "Correct the date of birth in the CRM.",
    ),
    _crm(
        "check.email",
        "E-mailadres {value} is geen geldig adres. {effect_nl}",
        "E-mail address {value} is not a valid address. {effect_en}",
        "Zet in het CRM precies één e-mailadres in dit veld.",
        "Put exactly one e-mail address in this field of the CRM.",
    ),
)
"""Every cause that `check` can name."""
