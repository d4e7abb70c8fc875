"""Name the causes that the spine itself raises, in Dutch and English."""

from functools import lru_cache

from adapters import registry
from adapters.mail_causes import CAUSES as MAILS
from models.causes import Catalogue, Cause
from sync.checks import CAUSES as CHECKS

SPINE = (
    Cause(
        "sync.lost",
        "administrator",
        "De verwerking van dit record brak {times} keer af zonder uitkomst.",
        "Work on this record broke off {times} times without an outcome.",
        "Bekijk het logboek van de worker en kies daarna Opnieuw proberen (of geef `boekbrug replay`).",
        "Look at the worker's log, then choose Try again (or run `boekbrug replay`).",
    ),
    Cause(
        "sync.unexpected",
        "administrator",
        "Er ging iets mis dat Boekbrug niet kent ({words}).",
        "Something went wrong that Boekbrug does not know ({words}).",
        "Kies Opnieuw proberen (of geef `boekbrug replay`). Komt het terug, bekijk dan het logboek en meld het.",
        "Choose Try again (or run `boekbrug replay`). If it comes back, look at the log and report it.",
    ),
    Cause(
        "sync.unanswered",
        "administrator",
        "De boekhouding gaf {times} keer achter elkaar geen antwoord op het schrijven van deze relatie.",
        "The books gave no answer {times} times in a row when this relation was written.",
        "Vraag de leverancier wat er met deze relatie is en kies daarna Opnieuw proberen (of geef `boekbrug replay`).",
        "Ask the vendor what is wrong with this relation, then choose Try again (or run `boekbrug replay`).",
    ),
    Cause(
        "sync.no_role",
        "crm_user",
        "De relatie is aangevinkt, maar het relatietype zegt niet of het een klant of leverancier is.",
        "The relation is ticked, but its relation type does not say whether it is a customer or a supplier.",
        "Kies in het CRM een relatietype dat in de koppeling staat, of haal het vinkje weg.",
        "Choose a relation type in the CRM that the link knows, or untick the box.",
    ),
    Cause(
        "sync.number_taken",
        "bookkeeper",
        "Het relatienummer {number} uit het CRM is in de boekhouding al van een ander; nummer {used} is gebruikt.",
        "Relation number {number} of the CRM belongs to another record in the books; number {used} was used.",
        "Niets te doen als dat goed is. Anders: geef de relatie in het CRM een vrij nummer.",
        "Nothing to do if that is fine. Otherwise give the relation a free number in the CRM.",
    ),
    Cause(
        "sync.number_range",
        "administrator",
        "De eigen nummerreeks {range} van de koppeling is op.",
        "The link's own number range {range} is used up.",
        "Zet een ruimere `number_range` in het configuratiebestand en voer `boekbrug apply` uit.",
        "Set a wider `number_range` in the configuration file and run `boekbrug apply`.",
    ),
    Cause(
        "sync.target_gone",
        "bookkeeper",
        "De gekoppelde relatie bestaat niet meer in de boekhouding.",
        "The linked relation no longer exists in the books.",
        "Beoordeel de vraag die hierbij openstaat: opnieuw aanmaken, aan een andere koppelen of niet meer meedoen.",
        "Answer the open review: create it again, link to another one, or stop taking part.",
    ),
    Cause(
        "sync.no_create",
        "bookkeeper",
        "Er is geen passende relatie in de boekhouding, en deze koppeling mag er geen aanmaken.",
        "No matching relation stands in the books, and this link may not create one.",
        "Maak de relatie in de boekhouding aan of zet `create: true` in de koppeling.",
        "Create the relation in the books, or set `create: true` in the link.",
    ),
    Cause(
        "connection.unauthorised",
        "administrator",
        "Een systeem van de koppeling {connection} weigert de sleutel: {words}",
        "A system of the link {connection} refuses the key: {words}",
        "Geef bij Verbindingen een nieuwe sleutel op (of in het bestand, met `boekbrug apply`). Klopt de sleutel toch, "
        "test dan de verbinding. "
        "Tot dan wacht alles; er gaat niets verloren.",
        "Enter a new key under Connections (or in the file, with `boekbrug apply`). If the key is right after all, "
        "test the connection. "
        "Until then everything waits and nothing is lost.",
    ),
    Cause(
        "connection.forbidden",
        "administrator",
        "De sleutel mist een recht: {words}",
        "The key lacks a right: {words}",
        "Geef de sleutel dit recht en bied het record opnieuw aan.",
        "Give the key this right and offer the record again.",
    ),
    Cause(
        "connection.unsupported",
        "administrator",
        "Het doelsysteem kan dit niet: {words}",
        "The target cannot do this: {words}",
        "Zet het onderdeel uit in de koppeling.",
        "Switch this part off in the link.",
    ),
)

REVIEWS = (
    Cause(
        "review.several",
        "bookkeeper",
        "Meer dan één relatie in de boekhouding past bij deze relatie.",
        "More than one relation in the books fits this relation.",
        "Kies de juiste, maak een nieuwe aan, of laat de relatie niet meedoen.",
        "Choose the right one, create a new one, or leave the relation out.",
    ),
    Cause(
        "review.contradiction",
        "bookkeeper",
        "Een kenmerk komt overeen, maar een ander kenmerk spreekt dat tegen.",
        "One identifier agrees, but another contradicts it.",
        "Kijk of het dezelfde relatie is (denk aan vestigingen en btw-eenheden) en beslis.",
        "Check whether it is the same relation (think of branches and VAT unities) and decide.",
    ),
    Cause(
        "review.double_in_crm",
        "crm_user",
        "Deze relatie staat dubbel in het CRM: een ander record draagt hetzelfde kenmerk.",
        "This relation stands twice in the CRM: another record carries the same identifier.",
        "Voeg de records in het CRM samen, of beslis dat dit een eigen relatie is.",
        "Merge the records in the CRM, or decide that this one is a relation of its own.",
    ),
    Cause(
        "review.taken",
        "bookkeeper",
        "De passende relatie in de boekhouding is al gekoppeld aan een ander CRM-record.",
        "The matching relation in the books is linked to another CRM record already.",
        "Voeg de CRM-records samen, of beslis dat dit een eigen relatie is.",
        "Merge the CRM records, or decide that this one is a relation of its own.",
    ),
    Cause(
        "review.other_role",
        "bookkeeper",
        "De gekozen relatie is in de boekhouding niet van de soort (klant, leverancier) die het CRM noemt.",
        "The chosen relation is not a customer or supplier in the books as this relation is in the CRM.",
        "Kies een relatie van de juiste soort, of maak een nieuwe aan.",
        "Choose a relation of the right kind, or create a new one.",
    ),
    Cause(
        "review.inactive",
        "bookkeeper",
        "De passende relatie in de boekhouding staat op non-actief.",
        "The matching relation in the books is inactive.",
        "Maak haar weer actief, of beslis dat er een nieuwe komt.",
        "Make it active again, or decide that a new one is created.",
    ),
    Cause(
        "review.name_only",
        "bookkeeper",
        "De naam komt overeen, maar geen enkel nummer bevestigt dat.",
        "The name agrees, but no number confirms it.",
        "Beslis of dit dezelfde relatie is.",
        "Decide whether this is the same relation.",
    ),
    Cause(
        "review.both_changed",
        "bookkeeper",
        "CRM en boekhouding hebben hetzelfde veld gewijzigd.",
        "The CRM and the books changed the same field.",
        "Kies welke waarde geldt.",
        "Choose which value holds.",
    ),
    Cause(
        "review.gone",
        "bookkeeper",
        "De gekoppelde relatie is uit de boekhouding verdwenen.",
        "The linked relation has gone from the books.",
        "Kies een andere, maak haar opnieuw aan, of laat de relatie niet meer meedoen.",
        "Choose another, create it again, or leave the relation out.",
    ),
    Cause(
        "review.broken",
        "bookkeeper",
        "De koppeling van deze relatie is op de pagina verbroken; zij doet niet meer mee.",
        "The tie of this relation was broken on the page; it takes no part any more.",
        "Herstel de koppeling bij Relaties als de relatie weer mee moet doen.",
        "Restore the tie under Relations if the relation has to take part again.",
    ),
)


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """Gather the causes of the spine and of every adapter, once per process: none comes later."""
    return Catalogue(SPINE, REVIEWS, CHECKS, MAILS, registry.causes())
