"""Hold the ALG and REF codes, the answers without a code, and the causes of our own checks before sending."""

from adapters.snelstart.rows import Row, series

_OURS_NL = "Meld dit aan de beheerder: Boekbrug stuurde iets wat niet mag."
_OURS_EN = "Tell the administrator: Boekbrug sent something it should not."
_REST_NL = "de rest van de relatie is wel verwerkt."
_REST_EN = "the rest of the relation went through."

GENERAL: tuple[Row, ...] = (
    Row(
        series("ALG", 100, 101, 103, 104, 106),
        "",
        "boekbrug",
        "SnelStart begreep de vraag niet: {words}",
        "SnelStart did not understand the request: {words}",
        _OURS_NL,
        _OURS_EN,
    ),
    Row(
        series("ALG", 102),
        "",
        "vendor",
        "SnelStart meldt een onbekende fout; of er iets is opgeslagen, is niet bekend.",
        "SnelStart reports an unknown error; whether anything was stored is not known.",
        "Boekbrug zoekt eerst op of het gelukt is. Blijft dit komen, meld het dan aan SnelStart.",
        "Boekbrug looks first whether it went through. If this keeps coming, report it to SnelStart.",
        "unknown",
    ),
    Row(
        series("ALG", 105),
        "",
        "bookkeeper",
        "De relatie staat in SnelStart op nonactief.",
        "The relation is inactive in SnelStart.",
        "Zet de relatie in SnelStart weer actief, of zet het vinkje in het CRM uit.",
        "Make the relation active again in SnelStart, or clear the tick in the CRM.",
    ),
    Row(
        series("REF", *range(1, 17)),
        "id",
        "administrator",
        "Het extra veld voor het CRM-nummer kan niet worden gevuld: {words}",
        "The extra field for the CRM's id cannot be filled: {words}",
        "Controleer in SnelStart of het extra veld bestaat en tekst is, of haal `crm_id_field` weg.",
        "Check in SnelStart that the extra field exists and holds text, or remove `crm_id_field`.",
    ),
    Row(
        ("model", "odata", "gateway", "empty", "http"),
        "",
        "boekbrug",
        "SnelStart weigerde de vraag zonder code (antwoord {status}): {words}",
        "SnelStart refused the request without a code (answer {status}): {words}",
        "Lees de melding. Noemt ze een veld, verbeter dat in het CRM; meld het anders aan de beheerder.",
        "Read the message. If it names a field, correct that in the CRM; else tell the administrator.",
    ),
    Row(
        ("not_found",),
        "",
        "administrator",
        "Op het adres van deze verbinding is de API van SnelStart niet te vinden.",
        "SnelStart's API is not found at this connection's address.",
        "Controleer `base_url` van de verbinding.",
        "Check `base_url` of the connection.",
    ),
)

OWN_CHECKS: tuple[Row, ...] = (
    Row(
        ("name_missing",),
        "name",
        "crm_user",
        "De relatie heeft geen naam.",
        "The relation has no name.",
        "Vul de naam in het CRM in.",
        "Fill in the name in the CRM.",
    ),
    Row(
        ("name_too_long",),
        "name",
        "crm_user",
        "De naam telt {length} tekens; SnelStart bewaart er {limit}.",
        "The name has {length} characters; SnelStart stores {limit}.",
        "Kort de naam in het CRM in; Boekbrug kapt een naam nooit zelf af.",
        "Shorten the name in the CRM; Boekbrug never cuts a name itself.",
    ),
    Row(
        ("too_long",),
        "",
        "crm_user",
        "{veld} telt {length} tekens; SnelStart bewaart er {limit}. Dit veld is weggelaten.",
        "{field} has {length} characters; SnelStart stores {limit}. This field was left out.",
        f"Kort het veld in het CRM in; {_REST_NL}",
        f"Shorten the field in the CRM; {_REST_EN}",
    ),
    Row(
        ("not_valid",),
        "",
        "crm_user",
        "{veld} heeft geen vorm die SnelStart aanneemt. Dit veld is weggelaten.",
        "{field} does not have a form SnelStart accepts. This field was left out.",
        f"Verbeter het veld in het CRM; {_REST_NL}",
        f"Correct the field in the CRM; {_REST_EN}",
    ),
    Row(
        ("address_incomplete",),
        "",
        "crm_user",
        "{veld} mist: {ontbreekt}. SnelStart wil hele adressen; dit adres is weggelaten.",
        "{field} lacks: {missing}. SnelStart wants whole addresses; this address was left out.",
        f"Vul het adres in het CRM aan; {_REST_NL}",
        f"Complete the address in the CRM; {_REST_EN}",
    ),
    Row(
        ("contact_left_out",),
        "contacts",
        "crm_user",
        "De contactpersoon is weggelaten: SnelStart bewaart die bij een bezoekadres, en dat ontbreekt.",
        "The contact person was left out: SnelStart keeps it with a visiting address, which is lacking.",
        "Vul het bezoekadres in het CRM in.",
        "Fill in the visiting address in the CRM.",
    ),
    Row(
        ("country_unknown",),
        "visiting",
        "crm_user",
        "SnelStart kent het land {country} niet.",
        "SnelStart does not know the country {country}.",
        f"Kies in het CRM een ander land; {_REST_NL}",
        f"Choose another country in the CRM; {_REST_EN}",
    ),
)
