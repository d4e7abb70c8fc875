"""Keep the words of a person's own page, Dutch and English."""

WORDS = {
    "me.password": ("Wachtwoord wijzigen", "Change your password"),
    "me.current": ("Huidig wachtwoord", "Current password"),
    "me.fresh": ("Nieuw wachtwoord", "New password"),
    "me.again": ("Nieuw wachtwoord, nogmaals", "New password, once more"),
    "me.hint": (
        "Minstens 12 tekens; vier losse woorden zijn sterk en goed te onthouden.",
        "At least 12 characters; four unrelated words are strong and easy to remember.",
    ),
    "me.language": ("Taal van de pagina's", "Language of the pages"),
    "me.browser": ("Zoals mijn browser", "As my browser prefers"),
    "me.sessions": ("Waar u bent aangemeld", "Where you are signed in"),
    "me.sessions_caption": ("Elke regel is één browser", "Each line is one browser"),
    "me.seen": ("Laatst gezien", "Last seen"),
    "me.ends": ("Eindigt uiterlijk", "Ends at the latest"),
    "me.which": ("Welke", "Which"),
    "me.this": ("deze browser", "this browser"),
    "me.other": ("een andere browser", "another browser"),
    "me.end_others": ("Elders afmelden", "Sign out elsewhere"),
    "me.done.language": ("De taal is opgeslagen.", "The language was saved."),
    "me.done.password": (
        "Uw wachtwoord is gewijzigd. Elders bent u afgemeld.",
        "Your password was changed. You are signed out elsewhere.",
    ),
    "me.done.ended": ("U bent elders afgemeld.", "You are signed out elsewhere."),
    "me.must_change": (
        "Uw wachtwoord is eenmalig. Kies eerst een eigen wachtwoord; daarna kunt u verder.",
        "Your password is for one use. Choose your own first; then you can go on.",
    ),
    "me.wrong": (
        "Uw huidige wachtwoord klopt niet. Er is niets gewijzigd.",
        "Your current password is wrong. Nothing was changed.",
    ),
    "me.locked_out": (
        "Er is te vaak een verkeerd wachtwoord gegeven. Er is niets gewijzigd: probeer het over een kwartier opnieuw.",
        "A wrong password was given too often. Nothing was changed: try again in a quarter of an hour.",
    ),
    "me.differ": (
        "De twee nieuwe wachtwoorden zijn niet gelijk. Er is niets gewijzigd.",
        "The two new passwords are not the same. Nothing was changed.",
    ),
    "me.same": (
        "Dit is uw huidige wachtwoord. Kies een ander.",
        "This is your current password. Choose another.",
    ),
}
