"""Judge a relation before it is planned: what is wrong becomes a problem in words, the rest goes on."""

from collections.abc import Callable
from dataclasses import replace

from models.causes import Cause
from models.records import Address, Contact, Problem, Relation
from sync import identifiers as ids

Problems = list[Problem]
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
        email=_judge(ids.clean_email, relation.email, "email", problems, ids.without_personal_numbers),
        contacts=tuple(_contact(contact, problems) for contact in relation.contacts),
    )
    return checked, tuple(problems)


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
        params = {"value": show(text)} if show else {}
        problems.append(Problem(f"check.{field.rpartition('.')[2]}", field, params=params))
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
        params = {"value": ids.without_personal_numbers(value), "address_nl": nl, "address_en": en}
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


_LEFT_OUT_NL = "Dit veld is niet meegestuurd; de rest wel."
_LEFT_OUT_EN = "This field was left out; the rest was sent."
_NO_ADDRESS_NL = "Dit adres is niet meegestuurd; de rest wel."
_NO_ADDRESS_EN = "This address was left out; the rest was sent."

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
        f"KvK-nummer {{value}} is geen nummer van 8 cijfers. {_LEFT_OUT_NL}",
        f"Chamber of Commerce (KvK) number {{value}} is not a number of 8 digits. {_LEFT_OUT_EN}",
        "Corrigeer het KvK-nummer in het CRM: 8 cijfers, met voorloopnullen, zonder vestigingsnummer.",
        "Correct the KvK number in the CRM: exactly 8 digits, with leading zeros, without branch number.",
    ),
    _crm(
        "check.vat",
        f"Btw-nummer {{value}} klopt niet. {_LEFT_OUT_NL}",
        f"VAT number {{value}} is not valid. {_LEFT_OUT_EN}",
        "Corrigeer het btw-nummer in het CRM, met landcode, zoals het op een factuur van de relatie staat.",
        "Correct the VAT number in the CRM, with country code, as printed on an invoice of the relation.",
    ),
    _crm(
        "check.iban",
        f"IBAN {{value}} klopt niet. {_LEFT_OUT_NL}",
        f"IBAN {{value}} is not valid. {_LEFT_OUT_EN}",
        "Corrigeer het bankrekeningnummer (IBAN) in het CRM.",
        "Correct the bank account number (IBAN) in the CRM.",
    ),
    _crm(
        "check.bic",
        f"BIC {{value}} klopt niet. {_LEFT_OUT_NL}",
        f"BIC {{value}} is not valid. {_LEFT_OUT_EN}",
        "Corrigeer de BIC in het CRM (8 of 11 tekens) of maak het veld leeg.",
        "Correct the BIC in the CRM (8 or 11 characters) or empty the field.",
    ),
    _crm(
        "check.postcode",
        f"Postcode {{value}} in het {{address_nl}} is geen Nederlandse postcode. {_NO_ADDRESS_NL}",
        f"Postcode {{value}} in the {{address_en}} is not a Dutch postcode. {_NO_ADDRESS_EN}",
        "Corrigeer in het CRM de postcode (1234 AB), of het land van dit adres.",
        "Correct the postcode (1234 AB), or the country of this address, in the CRM.",
    ),
    _crm(
        "check.country",
        f"Land {{value}} in het {{address_nl}} is onbekend. {_NO_ADDRESS_NL}",
        f"Country {{value}} in the {{address_en}} is unknown. {_NO_ADDRESS_EN}",
        "Kies in het CRM het land van dit adres uit de lijst.",
        "Choose the country of this address from the list in the CRM.",
    ),
    _crm(
        "check.bsn",
        f"Het BSN klopt niet (9 cijfers, elfproef). {_LEFT_OUT_NL}",
        f"The BSN (citizen service number) is not valid (9 digits, 11-test). {_LEFT_OUT_EN}",
        "Corrigeer het BSN in het CRM.",
        "Correct the BSN in the CRM.",
    ),
    _crm(
        "check.rsin",
        f"Het RSIN klopt niet (9 cijfers, elfproef). {_LEFT_OUT_NL}",
        f"The RSIN (fiscal number) is not valid (9 digits, 11-test). {_LEFT_OUT_EN}",
        "Corrigeer het RSIN in het CRM.",
        "Correct the RSIN in the CRM.",
    ),
    _crm(
        "check.email",
        f"E-mailadres {{value}} is geen geldig adres. {_LEFT_OUT_NL}",
        f"E-mail address {{value}} is not a valid address. {_LEFT_OUT_EN}",
        "Zet in het CRM precies één e-mailadres in dit veld.",
        "Put exactly one e-mail address in this field of the CRM.",
    ),
)
"""Every cause that `check` can name."""
