"""Hold the sentences of everything that can be wrong in a configuration file, in Dutch and English."""

from models.causes import Cause


def _cause(code: str, what_nl: str, do_nl: str, what_en: str, do_en: str) -> Cause:
    """Make a cause whose mover is the administrator, who owns the file."""
    return Cause(f"config.{code}", "administrator", what_nl, what_en, do_nl, do_en)


SHAPE = (
    _cause(
        "unreadable",
        "het bestand is geen geldige YAML ({words})",
        "corrigeer de regel",
        "the file is not valid YAML ({words})",
        "correct the line",
    ),
    _cause(
        "encoding",
        "het bestand bevat tekens die geen UTF-8-tekst zijn",
        "sla het bestand op als UTF-8",
        "the file holds bytes that are not UTF-8 text",
        "save the file as UTF-8",
    ),
    _cause(
        "too_large",
        "het bestand is te groot of te diep genest",
        "een configuratie past binnen 1 MB en 20 niveaus",
        "the file is too large or nested too deeply",
        "a configuration fits in 1 MB and 20 levels",
    ),
    _cause(
        "empty",
        "het bestand is leeg",
        "schrijf `connections:` en `links:`",
        "the file is empty",
        "write `connections:` and `links:`",
    ),
    _cause(
        "alias",
        "ankers en verwijzingen (& en *) worden niet gelezen",
        "schrijf de waarde voluit",
        "anchors and aliases (& and *) are not read",
        "write the value in full",
    ),
    _cause(
        "tag",
        "het label {tag} wordt niet gelezen",
        "schrijf een gewone tekst, getal, lijst of blok",
        "the tag {tag} is not read",
        "write plain text, a number, a list or a block",
    ),
    _cause(
        "key",
        "een sleutel moet een gewoon woord zijn",
        "schrijf `naam: waarde`",
        "a key must be a plain word",
        "write `name: value`",
    ),
    _cause(
        "duplicate",
        "deze sleutel staat er al, op regel {first}",
        "verwijder een van beide",
        "this key is there already, on line {first}",
        "remove one of the two",
    ),
    _cause(
        "scalar",
        "deze waarde is niet te lezen",
        "zet aanhalingstekens om tekst; schrijf getallen voluit",
        "this value cannot be read",
        "put quotes around text; write numbers in full",
    ),
)

VALUES = (
    _cause(
        "unknown_key",
        "onbekende sleutel `{key}`",
        "{hint_nl}",
        "unknown key `{key}`",
        "{hint_en}",
    ),
    _cause(
        "missing",
        "`{key}` ontbreekt",
        "voeg de regel `{key}: ...` toe",
        "`{key}` is missing",
        "add a line `{key}: ...`",
    ),
    _cause(
        "type",
        "hier hoort {wanted_nl}",
        "verander de waarde",
        "this must be {wanted_en}",
        "change the value",
    ),
    _cause(
        "choice",
        "deze waarde is niet toegestaan",
        "kies uit {allowed}",
        "this value is not allowed",
        "choose from {allowed}",
    ),
    _cause(
        "value",
        "de waarde wordt geweigerd: {words}",
        "verander de waarde",
        "the value is refused: {words}",
        "change the value",
    ),
    _cause(
        "name",
        "`{name}` kan geen naam zijn",
        "gebruik kleine letters, cijfers, - en _, te beginnen met een letter, hooguit 63 tekens",
        "`{name}` cannot be a name",
        "use lower case letters, digits, - and _, starting with a letter, 63 characters at most",
    ),
    _cause(
        "url",
        "dit is geen volledig http(s)-adres zonder wachtwoord erin",
        "schrijf bijvoorbeeld https://host/pad",
        "this is not a complete http(s) address without a password in it",
        "write for example https://host/path",
    ),
    _cause(
        "insecure",
        "het adres is niet versleuteld (http)",
        "gebruik https; http mag alleen naar deze machine zelf",
        "the address is not encrypted (http)",
        "use https; http is allowed to this machine only",
    ),
    _cause(
        "number_range",
        "dit is geen nummerbereik",
        "schrijf [eerste, laatste], bijvoorbeeld [100000, 199999]",
        "this is not a range of numbers",
        "write [first, last], for example [100000, 199999]",
    ),
)

SECRETS = (
    _cause(
        "literal_secret",
        "hier staat een geheim zelf",
        "zet het geheim in een omgevingsvariabele of bestand en schrijf `env:NAAM` of `file:/pad`",
        "a secret itself stands here",
        "put the secret in an environment variable or a file and write `env:NAME` or `file:/path`",
    ),
    _cause(
        "secret_env",
        "omgevingsvariabele {name} ontbreekt of is leeg",
        "zet {name} voor het starten van boekbrug",
        "environment variable {name} is missing or empty",
        "set {name} before starting boekbrug",
    ),
    _cause(
        "secret_stored",
        "van verbinding `{name}` is dit geheim niet bewaard",
        "plak het op de pagina Verbindingen, of schrijf `env:NAAM` of `file:/pad`",
        "no such secret of connection `{name}` is stored",
        "paste it on the Connections page, or write `env:NAME` or `file:/path`",
    ),
    _cause(
        "secret_file",
        "bestand {name} ontbreekt, is leeg of niet leesbaar",
        "maak het bestand leesbaar voor boekbrug",
        "file {name} is missing, empty or unreadable",
        "make the file readable for boekbrug",
    ),
)

LINKS = (
    _cause(
        "system",
        "onbekend systeem `{system}`",
        "kies uit {allowed}",
        "unknown system `{system}`",
        "choose from {allowed}",
    ),
    _cause(
        "base_url",
        "dit systeem heeft geen vast adres",
        "voeg de regel `base_url: https://...` toe",
        "this system has no fixed address",
        "add a line `base_url: https://...`",
    ),
    _cause(
        "no_connection",
        "er is geen verbinding `{name}`",
        "{hint_nl}",
        "there is no connection `{name}`",
        "{hint_en}",
    ),
    _cause(
        "role",
        "`{name}` ({system}) kan geen {role_nl} zijn",
        "wissel source en target, of kies een andere verbinding",
        "`{name}` ({system}) cannot be a {role}",
        "swap source and target, or choose another connection",
    ),
    _cause(
        "itself",
        "bron en doel zijn dezelfde verbinding",
        "kies twee verschillende verbindingen",
        "source and target are the same connection",
        "choose two different connections",
    ),
    _cause(
        "circle",
        "deze koppeling sluit een kring: {way}",
        "verwijder een van de koppelingen uit de kring",
        "this link closes a circle: {way}",
        "remove one of the links in the circle",
    ),
    _cause(
        "twice",
        "koppeling `{other}` verbindt deze twee al voor {kind}",
        "voeg de regels samen in een koppeling",
        "link `{other}` joins these two for {kind} already",
        "bring the rules together in one link",
    ),
    _cause(
        "no_kind",
        "de koppeling zegt niet wat zij overbrengt",
        "voeg een blok toe: {allowed}",
        "the link does not say what it carries over",
        "add a block: {allowed}",
    ),
    _cause(
        "on_page",
        "verbinding `{name}` is op een pagina gemaakt en is daar anders ({fields})",
        "neem haar blok over uit `boekbrug export`, of kies hier een andere naam",
        "connection `{name}` was made on a page and differs there ({fields})",
        "take its block over from `boekbrug export`, or choose another name here",
    ),
    _cause(
        "moved",
        "`{name}` heeft al koppelingen van records; {key} kan niet meer veranderen",
        "zet {key} terug en maak naast deze een nieuwe met een andere naam",
        "`{name}` has mapped records already; {key} can no longer change",
        "put {key} back and make a new one beside it under another name",
    ),
)

CAUSES: tuple[Cause, ...] = (*SHAPE, *VALUES, *SECRETS, *LINKS)
