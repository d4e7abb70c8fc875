"""Say in words why a mail could not be sent."""

from models.causes import Cause

ADDRESS = "mail.address"
MALFORMED = "mail.malformed"
REFUSED = "mail.refused"

CAUSES = (
    Cause(
        ADDRESS,
        "administrator",
        "Het e-mailadres waar een melding heen moet, is geen geldig adres.",
        "The e-mail address that a message should go to is not a valid address.",
        "Corrigeer het adres van de gebruiker of relatiebeheerder in het CRM, of dat van de koppeling.",
        "Correct the address of the user or relation manager in the CRM, or that of the link.",
    ),
    Cause(
        MALFORMED,
        "boekbrug",
        "Een melding is niet gemaild: er staat een regeleinde of stuurteken in het onderwerp of een kopregel.",
        "A message was not mailed: its subject or a header holds a line end or control character.",
        "Bekijk de melding op de pagina's van Boekbrug; het onderwerp bevat een naam die dit teken draagt.",
        "See the message on Boekbrug's pages; the subject holds a name that carries this character.",
    ),
    Cause(
        REFUSED,
        "administrator",
        "De mailserver weigert een melding: {words}",
        "The mail server refuses a message: {words}",
        "Controleer het adres van de ontvanger en of de mailserver het afzenderadres toestaat.",
        "Check the recipient's address and whether the mail server allows the sender's address.",
    ),
)
"""Every cause a mail can name."""
