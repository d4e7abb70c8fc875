"""Say in words what Simplicate refused, and whose move it is."""

from models.causes import Cause

UNAUTHORISED = "simplicate.unauthorised"
FORBIDDEN = "simplicate.forbidden"
LICENCE = "simplicate.licence"
REFUSED = "simplicate.refused"
VALIDATION = "simplicate.validation"
UNREADABLE = "simplicate.unreadable"
MESSAGE_TYPE = "simplicate.message_type"

CAUSES = (
    Cause(
        UNAUTHORISED,
        "administrator",
        "Simplicate weigert de API-sleutel.",
        "Simplicate refuses the API key.",
        "Maak in Simplicate een nieuwe API-sleutel en zet sleutel en geheim in de configuratie.",
        "Make a new API key in Simplicate and put key and secret in the configuration.",
    ),
    Cause(
        FORBIDDEN,
        "administrator",
        "De gebruiker van de API-sleutel mag dit in Simplicate niet: {words}",
        "The user of the API key may not do this in Simplicate: {words}",
        "Geef die gebruiker in Simplicate recht op organisaties en personen, en op hun tijdlijn.",
        "Give that user rights on organisations and persons in Simplicate, and on their timeline.",
    ),
    Cause(
        LICENCE,
        "administrator",
        "Deze Simplicate-omgeving heeft geen licentie voor wat gevraagd is: {words}",
        "This Simplicate environment has no licence for what was asked: {words}",
        "Breid het abonnement uit, of zet de koppeling die dit nodig heeft uit.",
        "Extend the subscription, or switch off the link that needs it.",
    ),
    Cause(
        VALIDATION,
        "crm_user",
        "Simplicate keurt de gegevens af: {words}",
        "Simplicate finds the data invalid: {words}",
        "Corrigeer het genoemde veld in Simplicate.",
        "Correct the named field in Simplicate.",
    ),
    Cause(
        REFUSED,
        "administrator",
        "Simplicate weigert het verzoek (code {status}): {words}",
        "Simplicate refuses the request (code {status}): {words}",
        "Controleer het adres van de koppeling; blijft het zo, leg de melding dan aan Simplicate voor.",
        "Check the address of the connection; if it stays, show the message to Simplicate.",
    ),
    Cause(
        UNREADABLE,
        "vendor",
        "Simplicate geeft een antwoord dat niet te lezen is.",
        "Simplicate gives an answer that cannot be read.",
        "Controleer het adres van de koppeling; het moet op /api/v2 eindigen.",
        "Check the address of the connection; it must end in /api/v2.",
    ),
    Cause(
        MESSAGE_TYPE,
        "administrator",
        "Simplicate heeft geen berichttype {wanted} voor de tijdlijn.",
        "Simplicate has no message type {wanted} for the timeline.",
        "Zet onder message_type van de koppeling een type dat in Simplicate bestaat, of laat het weg.",
        "Set message_type of the connection to a type that exists in Simplicate, or leave it out.",
    ),
)
"""Every cause this adapter can name."""
