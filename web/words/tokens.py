"""Keep the words of the page of API tokens, Dutch and English."""

WORDS = {
    "tokens.title": ("Tokens voor andere programma's", "Tokens for other applications"),
    "tokens.what": (
        "Met een token mag een ander programma van uw kantoor met Boekbrug werken, zonder gebruikersnaam.",
        "With a token another application of your office may work with Boekbrug, without a user name.",
    ),
    "tokens.caption": ("Tokens, de nieuwste eerst", "Tokens, the newest first"),
    "tokens.none": ("Er zijn nog geen tokens.", "There are no tokens yet."),
    "tokens.may": ("Mag", "May"),
    "tokens.used": ("Laatst gebruikt", "Last used"),
    "tokens.ends": ("Geldig tot", "Valid until"),
    "tokens.over": ("verlopen", "over"),
    "tokens.revoked": ("ingetrokken", "revoked"),
    "tokens.revoke": ("Intrekken", "Revoke"),
    "tokens.add": ("Token maken", "Make a token"),
    "tokens.for": ("Voor welk programma", "For which application"),
    "tokens.until": ("Laatste dag", "Last day"),
    "tokens.until_hint": ("Leeg: tot het wordt ingetrokken.", "Empty: until it is revoked."),
    "tokens.once": (
        "Neem dit token nu over in het andere programma. Het wordt daarna nooit meer getoond.",
        "Copy this token to the other application now. It is never shown again.",
    ),
    "tokens.scope_changes": ("wijzigingen melden", "tell of changes"),
    "tokens.scope_read": ("lezen", "read"),
    "tokens.scope_operate": ("doen wat een bediener mag", "do what an operator may"),
    "tokens.scope_administer": ("doen wat een beheerder mag", "do what an administrator may"),
    "tokens.done.revoked": ("Het token is ingetrokken.", "The token was revoked."),
    "tokens.no_scope": (
        "Kies minstens één ding dat het programma mag. Er is niets gemaakt.",
        "Choose at least one thing that the application may do. Nothing was made.",
    ),
    "tokens.taken": ("Er is al een token met deze naam.", "There is a token of this name already."),
    "tokens.past": ("De laatste dag is al voorbij.", "The last day is over already."),
    "tokens.end_wrong": ("Dit is geen datum.", "This is no date."),
    "tokens.unknown": ("Dit token is er niet.", "There is no such token."),
}
