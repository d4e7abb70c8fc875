"""Hold the REL codes: what SnelStart says of a relatie (facts/snelstart.md section 5)."""

from adapters.snelstart.rows import Row, invalid, series, too_long

_BOOKS_NL = "Open de relatie in SnelStart, herstel de instelling en bied het record opnieuw aan."
_BOOKS_EN = "Open the relation in SnelStart, correct the setting and offer the record again."
_OURS_NL = "Meld dit aan de beheerder: Boekbrug stuurde iets wat niet mag."
_OURS_EN = "Tell the administrator: Boekbrug sent something it should not."
_DELETE_NL = "Handel dit in SnelStart af, of maak de relatie daar zelf inactief."
_DELETE_EN = "Settle this in SnelStart, or make the relation inactive there yourself."

_KINDS = (
    Row(
        series("REL", 1),
        "roles",
        "crm_user",
        "De relatie is klant noch leverancier.",
        "The relation is neither customer nor supplier.",
        "Kies in het CRM een relatietype dat klant of leverancier betekent.",
        "Choose a relation type in the CRM that means customer or supplier.",
    ),
    Row(
        series("REL", 2, 4, 14, 16, 62),
        "",
        "bookkeeper",
        "Een instelling van deze relatie past niet bij klant of leverancier: {words}",
        "A setting of this relation does not fit a customer or supplier: {words}",
        _BOOKS_NL,
        _BOOKS_EN,
    ),
    Row(
        series("REL", 64),
        "roles",
        "bookkeeper",
        "SnelStart laat niet toe dat een klant leverancier wordt of andersom.",
        "SnelStart does not let a customer become a supplier or the reverse.",
        "Zet `roles_share_record` van deze verbinding uit; de andere rol krijgt dan een eigen relatie.",
        "Switch `roles_share_record` of this connection off; the other role then gets a relation of its own.",
    ),
    Row(
        series("REL", 65),
        "roles",
        "administrator",
        "Deze administratie houdt klant en leverancier gescheiden.",
        "This administration keeps customers and suppliers apart.",
        "Zet `roles_share_record` van deze verbinding uit en bied het record opnieuw aan.",
        "Switch `roles_share_record` of this connection off and offer the record again.",
    ),
    Row(
        series("REL", 48),
        "roles",
        "boekbrug",
        "De eigen relatie van de administratie mag niet worden beschreven.",
        "The administration's own relation must not be written.",
        _OURS_NL,
        _OURS_EN,
    ),
)

_IDENTITY = (
    Row(
        series("REL", 5),
        "",
        "boekbrug",
        "De relatie bestaat niet meer in SnelStart.",
        "The relation no longer exists in SnelStart.",
        "Boekbrug zoekt opnieuw; koppel de relatie zelf als er een vraag over komt.",
        "Boekbrug searches again; link the relation yourself if it asks.",
        "missing",
    ),
    Row(
        series("REL", 7),
        "name",
        "crm_user",
        "De naam is leeg; SnelStart wil een naam.",
        "The name is empty; SnelStart wants one.",
        "Vul de naam in het CRM in.",
        "Fill in the name in the CRM.",
    ),
    Row(
        series("REL", 8),
        "number",
        "bookkeeper",
        "De relatiecode is in SnelStart al in gebruik.",
        "The relation number is taken in SnelStart already.",
        "Kijk wie die code heeft: koppel die relatie, of geef een van beide een andere code.",
        "See who has that number: link that relation, or give one of the two another number.",
        "exists",
    ),
    Row(
        series("REL", 47, 63, 66),
        "",
        "boekbrug",
        "SnelStart vond het bericht onvolledig of tegenstrijdig: {words}",
        "SnelStart found the message incomplete or contradictory: {words}",
        _OURS_NL,
        _OURS_EN,
    ),
    invalid(6, "kvk", "het KvK-nummer", "the Chamber of Commerce number"),
    invalid(88, "vat", "het btw-nummer", "the VAT number"),
    invalid(59, "vat", "het btw-nummer", "the VAT number"),
    invalid(58, "vat", "het btw-nummer", "the VAT number"),
    too_long(57, "vat", "Het btw-nummer", "The VAT number", 50),
    Row(
        series("REL", 87),
        "vat",
        "crm_user",
        "Het land van het btw-nummer is niet het land van het vestigingsadres.",
        "The VAT number's country is not the country of the visiting address.",
        "Verbeter het btw-nummer of het adres in het CRM; de rest van de relatie is wel verwerkt.",
        "Correct the VAT number or the address in the CRM; the rest of the relation went through.",
    ),
)

_REACH = (
    too_long(12, "mobile", "Het mobiele nummer", "The mobile number", 25),
    too_long(13, "phone", "Het telefoonnummer", "The phone number", 25),
    too_long(85, "email", "Het e-mailadres", "The e-mail address", 250),
    invalid(61, "email", "het e-mailadres", "the e-mail address"),
    invalid(84, "email", "een van de e-mailadressen", "one of the e-mail addresses"),
    invalid(15, "website", "het webadres", "the web address"),
)

_MONEY = (
    invalid(3, "payment_term_days", "de betaaltermijn", "the payment term"),
    invalid(10, "bic", "de BIC", "the BIC"),
    invalid(11, "iban", "het IBAN", "the IBAN"),
    Row(
        series("REL", 9),
        "",
        "bookkeeper",
        "SnelStart wil een IBAN, want deze relatie wordt in SnelStart betaald of geïncasseerd.",
        "SnelStart wants an IBAN, because it pays or collects from this relation.",
        "Vul het IBAN in, of zet bankieren en incasso voor de relatie in SnelStart uit.",
        "Fill in the IBAN, or switch banking and direct debit off for the relation in SnelStart.",
    ),
    Row(
        series("REL", 17, 18),
        "",
        "bookkeeper",
        "De factuurrelatie van deze relatie bestaat niet of is geen klant.",
        "The relation that receives the invoices does not exist or is no customer.",
        _BOOKS_NL,
        _BOOKS_EN,
    ),
    Row(
        series("REL", 86),
        "",
        "bookkeeper",
        "Het OIN van deze relatie heeft geen 20 cijfers.",
        "The OIN of this relation does not have 20 digits.",
        _BOOKS_NL,
        _BOOKS_EN,
    ),
)

_ADDRESSES = (
    too_long(20, "visiting", "De straat van het vestigingsadres", "The street of the visiting address", 50),
    too_long(21, "visiting", "De postcode van het vestigingsadres", "The visiting address's postal code", 25),
    too_long(22, "visiting", "De plaats van het vestigingsadres", "The city of the visiting address", 50),
    too_long(23, "contacts", "De naam van de contactpersoon", "The name of the contact person", 50),
    too_long(25, "mailing", "De straat van het postadres", "The street of the mailing address", 50),
    too_long(26, "mailing", "De postcode van het postadres", "The postal code of the mailing address", 25),
    too_long(27, "mailing", "De plaats van het postadres", "The city of the mailing address", 50),
    too_long(28, "contacts", "De naam van de contactpersoon", "The name of the contact person", 50),
    Row(
        series("REL", 24),
        "",
        "crm_user",
        "SnelStart keurt een adres af: {words}",
        "SnelStart refuses an address: {words}",
        "Verbeter het adres in het CRM.",
        "Correct the address in the CRM.",
    ),
    invalid(55, "mailing", "het land van het postadres", "the country of the mailing address"),
    invalid(56, "visiting", "het land van het vestigingsadres", "the country of the visiting address"),
    Row(
        series("REL", 60),
        "visiting",
        "crm_user",
        "Het vestigingsadres is niet volledig; SnelStart wil straat, postcode, plaats en land.",
        "The visiting address is incomplete; SnelStart wants street, postal code, city and country.",
        "Vul het adres in het CRM aan, of maak het leeg; de rest van de relatie is wel verwerkt.",
        "Complete the address in the CRM, or empty it; the rest of the relation went through.",
    ),
)

_IN_THE_BOOKS = (
    Row(
        series("REL", range(29, 47), range(68, 84), range(89, 103)),
        "",
        "bookkeeper",
        "De e-mailinstellingen van deze relatie in SnelStart kloppen niet: {words}",
        "This relation's e-mail settings in SnelStart are wrong: {words}",
        "Open de relatie in SnelStart, herstel de e-mailinstellingen en bied het record opnieuw aan.",
        "Open the relation in SnelStart, correct its e-mail settings and offer the record again.",
    ),
    Row(
        series("REL", range(49, 55), 67, 103),
        "",
        "bookkeeper",
        "SnelStart kan deze relatie niet verwijderen: {words}",
        "SnelStart cannot delete this relation: {words}",
        _DELETE_NL,
        _DELETE_EN,
    ),
)

RELATION: tuple[Row, ...] = (*_KINDS, *_IDENTITY, *_REACH, *_MONEY, *_ADDRESSES, *_IN_THE_BOOKS)
