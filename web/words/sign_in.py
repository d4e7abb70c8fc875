"""Keep the words of the sign-in page, Dutch and English."""

WORDS = {
    "sign_in.title": ("Aanmelden", "Sign in"),
    "sign_in.name": ("Gebruikersnaam", "User name"),
    "sign_in.password": ("Wachtwoord", "Password"),
    "sign_in.enter": ("Aanmelden", "Sign in"),
    "sign_in.oidc": ("Aanmelden met uw werkaccount", "Sign in with your work account"),
    "sign_in.or_password": ("Of met een wachtwoord", "Or with a password"),
    "sign_in.forgotten": (
        "Wachtwoord vergeten? Een beheerder kan u een nieuw wachtwoord geven.",
        "Forgot your password? An administrator can give you a new one.",
    ),
    "sign_in.unknown": (
        "Naam en wachtwoord horen niet bij elkaar. Probeer het opnieuw.",
        "Name and password do not belong together. Try again.",
    ),
    "sign_in.locked_out": (
        "Er is te vaak een verkeerd wachtwoord gegeven. U kunt het opnieuw proberen na",
        "A wrong password was given too often. You can try again after",
    ),
    "sign_in.signed_out": ("U bent afgemeld.", "You are signed out."),
    "sign_in.elsewhere": (
        "Dit formulier kwam niet van deze site. Er is niets gebeurd: open de aanmeldpagina en probeer het opnieuw.",
        "This form did not come from this site. Nothing was done: open the sign-in page and try again.",
    ),
    "sign_in.oidc_failed": (
        "Aanmelden met uw werkaccount is niet gelukt. Probeer het opnieuw.",
        "Signing in with your work account did not work. Try again.",
    ),
    "sign_in.oidc_unknown": (
        "Uw werkaccount is hier niet bekend. Vraag een beheerder om u toe te voegen.",
        "Your work account is not known here. Ask an administrator to add you.",
    ),
    "sign_in.oidc_away": (
        "De dienst waarmee u zich met uw werkaccount aanmeldt, antwoordt niet. Probeer het straks opnieuw.",
        "The service that signs in work accounts does not answer. Try again later.",
    ),
}
