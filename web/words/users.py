"""Keep the words of the pages of users, Dutch and English."""

WORDS = {
    "users.caption": ("Wie zich mag aanmelden", "Who may sign in"),
    "users.role": ("Rol", "Role"),
    "users.new_role": ("Nieuwe rol", "New role"),
    "users.role_hint": (
        "Met een andere rol wordt deze persoon overal afgemeld en meldt zich opnieuw aan.",
        "With another role this person is signed out everywhere and signs in again.",
    ),
    "users.may_viewer": ("mag alles zien", "may see everything"),
    "users.may_operator": ("mag ook koppelen, beoordelen en herstellen", "may also link, review and repair"),
    "users.may_administrator": (
        "mag ook verbindingen en gebruikers beheren",
        "may also manage connections and users",
    ),
    "users.email": ("E-mailadres", "E-mail address"),
    "users.way": ("Aanmelden met", "Signs in with"),
    "users.by_password": ("wachtwoord", "password"),
    "users.by_oidc": ("werkaccount", "work account"),
    "users.bound": ("werkaccount is gekoppeld", "work account is tied"),
    "users.way_password": (
        "een wachtwoord: u krijgt een eenmalig wachtwoord te zien",
        "a password: you are shown one to be used once",
    ),
    "users.way_oidc": (
        "alleen het werkaccount: de naam of het e-mailadres moet daar hetzelfde zijn",
        "the work account only: its name or e-mail address must be the same",
    ),
    "users.must_change": ("kiest bij het aanmelden een eigen wachtwoord", "chooses a password of their own at sign-in"),
    "users.on": ("mag zich aanmelden", "may sign in"),
    "users.only": (
        "Dit is de laatste beheerder. Er is niets gedaan: maak eerst iemand anders beheerder.",
        "This is the last administrator. Nothing was done: make somebody else administrator first.",
    ),
    "users.last": ("Laatst aangemeld", "Last signed in"),
    "users.sessions": ("Aangemeld op aantal plaatsen", "Signed in at places"),
    "users.deeds": ("Wat deze persoon deed", "What this person did"),
    "users.access": ("Toegang", "Access"),
    "users.add": ("Gebruiker toevoegen", "Add a user"),
    "users.reset": ("Eenmalig wachtwoord maken", "Make a one-time password"),
    "users.reset_hint": (
        "Een eenmalig wachtwoord vervangt het oude en meldt deze persoon overal af.",
        "A one-time password replaces the old one and signs this person out everywhere.",
    ),
    "users.end_sessions": ("Overal afmelden", "Sign out everywhere"),
    "users.turn_off": ("Uitschakelen", "Switch off"),
    "users.turn_on": ("Weer toelaten", "Let in again"),
    "users.once": (
        "Geef dit eenmalige wachtwoord aan deze persoon. Het wordt nu getoond en daarna nooit meer.",
        "Give this one-time password to this person. It is shown now and never again.",
    ),
    "users.done.added": ("De gebruiker is toegevoegd.", "The user was added."),
    "users.done.role": ("De rol is gewijzigd.", "The role was changed."),
    "users.done.off": ("Deze persoon kan zich niet meer aanmelden.", "This person can sign in no more."),
    "users.done.on": ("Deze persoon kan zich weer aanmelden.", "This person can sign in again."),
    "users.done.ended": ("Deze persoon is overal afgemeld.", "This person is signed out everywhere."),
    "users.taken": ("Er is al een gebruiker met deze naam.", "There is a user of this name already."),
    "users.name_wrong": (
        "Dit is geen naam: geef 1 tot 200 leesbare tekens.",
        "This is no name: give 1 to 200 readable characters.",
    ),
    "users.email_wrong": ("Dit is geen e-mailadres.", "This is no e-mail address."),
    "users.short": (
        "Dit wachtwoord is te kort: kies er een van minstens 12 tekens, bijvoorbeeld vier woorden.",
        "This password is too short: choose one of at least 12 characters, for example four words.",
    ),
    "users.odd_password": (
        "Dit wachtwoord is te lang of bevat tekens die niet te typen zijn.",
        "This password is too long or holds characters that cannot be typed.",
    ),
    "users.language_wrong": ("Deze taal is er niet.", "There is no such language."),
    "users.unknown": ("Deze gebruiker is er niet (meer).", "There is no such user (any more)."),
    "users.moved": (
        "Intussen heeft iemand anders deze rol gewijzigd. Er is niets gedaan: hieronder staat hoe het nu is.",
        "Somebody else changed this role meanwhile. Nothing was done: below is how it is now.",
    ),
}
