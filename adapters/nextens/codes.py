"""Map Nextens' codes and our own checks to sentences; nothing is left out of a client, so each stops all of it."""

from collections.abc import Mapping

from models.causes import Cause, Mover

_DO_NL = "Verbeter dit in het CRM en sla de relatie op; er is niets naar Nextens gestuurd."
_DO_EN = "Correct this in the CRM and save the relation; nothing was sent to Nextens."
_REFUSED_NL = "Verbeter dit in het CRM en sla de relatie op; in Nextens is niets veranderd."
_REFUSED_EN = "Correct this in the CRM and save the relation; nothing changed in Nextens."

BY_CODE: Mapping[str, str] = {
    "VERPLICHT": "nextens.VERPLICHT",
    "TE_LANG": "nextens.TE_LANG",
    "ONGELDIG": "nextens.ONGELDIG",
    "TYPE": "nextens.TYPE",
    "BESTAAT_AL": "nextens.BESTAAT_AL",
}
"""Code of a refused member, or of a 409 -> our cause. These are proposed, not published; any other code is
`nextens.refused`, which keeps Nextens' words."""


def _cause(code: str, mover: Mover, what_nl: str, what_en: str, do_nl: str, do_en: str) -> Cause:
    return Cause(f"nextens.{code}", mover, what_nl, what_en, do_nl, do_en)


CAUSES: tuple[Cause, ...] = (
    _cause(
        "VERPLICHT",
        "crm_user",
        "{veld} ontbreekt. Nextens meldt: {words}",
        "{field} is missing. Nextens says: {words}",
        _REFUSED_NL,
        _REFUSED_EN,
    ),
    _cause(
        "TE_LANG",
        "crm_user",
        "{veld} is te lang voor Nextens: {words}",
        "{field} is too long for Nextens: {words}",
        _REFUSED_NL,
        _REFUSED_EN,
    ),
    _cause(
        "ONGELDIG",
        "crm_user",
        "{veld} wordt door Nextens afgekeurd: {words}",
        "{field} is refused by Nextens: {words}",
        _REFUSED_NL,
        _REFUSED_EN,
    ),
    _cause(
        "TYPE",
        "boekbrug",
        "Nextens begreep een veld niet ({veld}): {words}",
        "Nextens did not understand a field ({field}): {words}",
        "Meld dit aan de beheerder: Boekbrug stuurde iets wat niet mag.",
        "Tell the administrator: Boekbrug sent something it should not.",
    ),
    _cause(
        "BESTAAT_AL",
        "crm_user",
        "In Nextens bestaat al een andere cliënt met deze gegevens: {words}",
        "Another client with these data exists in Nextens already: {words}",
        "Zoek die cliënt in Nextens (zelfde BSN, RSIN, of naam en geboortedatum), en koppel of verbeter de relatie.",
        "Look that client up in Nextens (same BSN, RSIN, or name and birth date), then link or correct the relation.",
    ),
    _cause(
        "refused",
        "crm_user",
        "Nextens weigert deze relatie (antwoord {status}): {words}",
        "Nextens refuses this relation (answer {status}): {words}",
        "Lees de melding. Noemt ze een veld, verbeter dat in het CRM; meld het anders aan de beheerder.",
        "Read the message. If it names a field, correct that in the CRM; else tell the administrator.",
    ),
    _cause(
        "not_found",
        "administrator",
        "Op het adres van deze verbinding is de API van Nextens niet te vinden.",
        "The API of Nextens is not found at the address of this connection.",
        "Controleer `base_url` in de configuratie, en of `list` terecht aanstaat.",
        "Check `base_url` in the configuration, and whether `list` is rightly on.",
    ),
    _cause(
        "required",
        "crm_user",
        "{veld} ontbreekt; zonder dat maakt Nextens geen cliënt.",
        "{field} is missing; Nextens makes no client without it.",
        _DO_NL,
        _DO_EN,
    ),
    _cause(
        "too_long",
        "crm_user",
        "{veld} is {length} tekens lang; Nextens bewaart er {limit}.",
        "{field} is {length} characters long; Nextens stores {limit}.",
        _DO_NL,
        _DO_EN,
    ),
    _cause(
        "address",
        "crm_user",
        "{veld} is niet met zekerheid te splitsen in straat, huisnummer en toevoeging: {line}",
        "{field} cannot be split into street, house number and addition with certainty: {line}",
        "Schrijf het adres in het CRM als straat, huisnummer, toevoeging op één regel, zoals `Kerkstraat 12 bis`. "
        "Er is niets naar Nextens gestuurd.",
        "Write the address in the CRM as street, house number, addition on one line, such as `Kerkstraat 12 bis`. "
        "Nothing was sent to Nextens.",
    ),
    _cause(
        "country",
        "crm_user",
        "{veld} noemt een onbekend land: {country}",
        "{field} names an unknown country: {country}",
        "Kies in het CRM het land van dit adres uit de lijst; er is niets naar Nextens gestuurd.",
        "Choose the country of this address from the list in the CRM; nothing was sent to Nextens.",
    ),
)
"""Every cause this adapter can name, with its Dutch and English sentences."""
