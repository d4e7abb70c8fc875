"""Erase a person's data and print the receipt: what went, what stays and why, what a backup may still hold."""

import getpass
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from models.words import Kind
from sync.erasing import AtWork, Presence, Receipt, Unknown, Unsettled, erase, holders, presence
from sync.traces import Record
from worker.cli.context import Context, command
from worker.cli.exits import Exit, Failure
from worker.cli.links import word

REMOVED = {
    "subject_key": ("sleutel van deze relatie (vernietigd)", "key of this relation (destroyed)"),
    "snapshot": ("laatst gelezen gegevens uit het CRM", "record as last read from the CRM"),
    "source_identifier": ("hashes van kenmerken uit het CRM", "hashes of identifiers from the CRM"),
    "claim": ("gereserveerde kenmerken", "reserved identifiers"),
    "target_identifier": ("hashes van kenmerken uit de boekhouding", "hashes of identifiers from the books"),
    "write_intent": ("verzonden waarden per schrijfopdracht", "values sent, per write"),
    "relation_mapping": ("koppeling: stand van de velden", "mapping: state of the fields"),
    "mapping_history": ("geschiedenis: waarden ervoor en erna", "history: values before and after"),
    "feedback": ("wat het CRM is gemeld", "what the CRM was told"),
    "mail": ("e-mails over deze relatie", "mails about this relation"),
    "issue": ("meldingen: naam, adres en waarden", "issues: name, address and values"),
    "review": ("vragen: naam", "questions: name"),
    "sync_log": ("logboek: waarden ervoor en erna", "log: values before and after"),
    "change_event": ("inbox: wie opsloeg", "inbox: who saved"),
    "sync_job": ("taken (beëindigd)", "jobs (ended)"),
}
"""Table -> what went from it."""

STAYS = {
    "relation_mapping": (
        "welk record in de boekhouding erbij hoorde: anders ontstaat het opnieuw als de relatie terugkomt",
        "which record in the books it was: else it would be created again should the relation come back",
    ),
    "mapping_history": ("tijdstip en soort van elke wijziging", "time and kind of each change"),
    "sync_log": ("tijdstip en uitkomst van elke poging", "time and outcome of each attempt"),
    "change_event": ("tijdstip van elk bericht", "time of each notice"),
    "sync_job": ("versienummers, voor als de relatie terugkomt", "version numbers, should the relation come back"),
    "issue": ("oorzaak en tijdstip", "cause and time"),
    "review": ("vraag, besluit en tijdstip", "question, decision and time"),
}
"""Table -> what stays in it, and why; ids only, never a value."""


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("erase")(erase_)


def erase_(
    ctx: typer.Context,
    relation: Annotated[str, typer.Argument(metavar="RELATION", help="Id in the CRM.")],
    connection: Annotated[str | None, typer.Option(help="The CRM's connection, where several know the id.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Also while the CRM has it ticked, or a write's outcome is not known.")
    ] = False,
) -> None:
    """Erase what is stored of a relation, for good, and print a receipt; it cannot be undone."""
    here = command(ctx)
    record = _chosen(here, relation, connection)
    found = None if force else presence(here.runtime.outside, record)
    if found is not None and found.ticked:
        raise _ticked(record, found)
    if not yes:
        _ask(here, record, found)
    receipt = _erase(here, record, force)
    here.output.show(_document(receipt, found), lambda: _print(here, receipt, found))


def _chosen(here: Context, relation: str, connection: str | None) -> Record:
    with here.runtime.sessions() as session:
        known = holders(session, Kind.RELATION, relation.strip())
    chosen = [one for one in known if connection in (None, one.connection)]
    if not chosen:
        raise Failure(
            Exit.USAGE,
            f"Van relatie {relation} is niets opgeslagen. Geef het id uit het CRM: `boekbrug mappings` toont het.",
            f"Nothing is stored of relation {relation}. Give its id in the CRM: `boekbrug mappings` shows it.",
        )
    if len(chosen) > 1:
        names = ", ".join(one.connection for one in chosen)
        raise Failure(
            Exit.USAGE,
            f"Meer dan één CRM kent dit id: kies met --connection uit {names}.",
            f"More than one CRM knows this id: choose with --connection from {names}.",
        )
    return chosen[0]


def _ticked(record: Record, found: Presence) -> Failure:
    links = ", ".join(found.ticked)
    return Failure(
        Exit.PERSON,
        f"Niets gewist: relatie {record.id} staat nog in {record.connection} en is aangevinkt voor {links}. Bij de "
        "volgende wijziging daar kwam alles terug. Verwijder haar eerst in het CRM of haal het vinkje weg; of wis nu "
        "toch met --force.",
        f"Nothing was erased: relation {record.id} still stands in {record.connection} and is ticked for {links}. Its "
        "next change there would bring everything back. Delete it in the CRM or untick it first; or erase now all the "
        "same with --force.",
        {"ticked": list(found.ticked)},
    )


def _ask(here: Context, record: Record, found: Presence | None) -> None:
    if here.output.json:
        raise Failure(
            Exit.USAGE, "Met --json hoort --yes: er is niemand om te vragen.", "--json wants --yes: nobody is asked."
        )
    name = f" ({found.name})" if found is not None else ""
    question = here.output.words(
        f"Alles wissen wat van relatie {record.id}{name} uit {record.connection} is opgeslagen? "
        "Dit kan niet ongedaan worden gemaakt.",
        f"Erase everything that is stored of relation {record.id}{name} of {record.connection}? This cannot be undone.",
    )
    if not typer.confirm(question):
        raise Failure(Exit.USAGE, "Niets gewist.", "Nothing was erased.")


def _erase(here: Context, record: Record, force: bool) -> Receipt:
    try:
        return erase(here.runtime.sessions, here.runtime.settings, record, getpass.getuser(), force=force)
    except AtWork:
        raise Failure(
            Exit.UNREACHABLE,
            "Niets gewist: er wordt op dit moment aan deze relatie gewerkt. Probeer het over een minuut opnieuw.",
            "Nothing was erased: this relation is being worked on right now. Try again in a minute.",
        ) from None
    except Unsettled as error:
        when = error.known_at.isoformat(timespec="seconds")
        raise Failure(
            Exit.UNREACHABLE,
            f"Niets gewist: van een schrijfopdracht is nog niet bekend of zij aankwam; vanaf {when} wordt dat "
            "nagegaan. Probeer het daarna opnieuw, of geef --force en kijk zelf in de boekhouding.",
            f"Nothing was erased: of one write it is not known yet whether it arrived; from {when} that is looked up. "
            "Try again then, or give --force and look in the books yourself.",
        ) from None
    except Unknown:
        raise Failure(Exit.USAGE, "Er is niets opgeslagen.", "Nothing is stored.") from None


def _document(receipt: Receipt, found: Presence | None) -> Mapping[str, Any]:
    return {
        "connection": receipt.record.connection,
        "record_id": receipt.record.id,
        "erased_at": receipt.at,
        "erased_by": receipt.by,
        "nothing_left": receipt.nothing_left,
        "removed": receipt.removed,
        "stays": receipt.stays,
        "in_crm": found is not None,
        "in_books": [
            {"connection": one.connection, "role": one.role, "target_id": one.target_id, "number": one.number}
            for one in receipt.books
        ],
        "backups_before": receipt.at,
        "log_until": receipt.log_until,
    }


def _print(here: Context, receipt: Receipt, found: Presence | None) -> None:
    say, words = here.output.say, here.output.words
    when = receipt.at.isoformat(timespec="seconds")
    record = f"{receipt.record.id} ({receipt.record.connection})"
    if receipt.nothing_left:
        say("Er was niets meer te wissen.", "Nothing was left to erase.")
    say(
        f"Ontvangstbewijs: relatie {record}, gewist op {when} door {receipt.by}.",
        f"Receipt: relation {record}, erased on {when} by {receipt.by}.",
    )
    here.output.table(
        [words("gewist", "erased"), words("tabel", "table"), words("rijen", "rows")],
        [(words(*REMOVED[name]), name, count) for name, count in receipt.removed.items()],
    )
    here.output.table(
        [
            words("blijft, zonder gegevens van de persoon", "stays, without data of the person"),
            words("tabel", "table"),
            words("rijen", "rows"),
        ],
        [(words(*STAYS[name]), name, count) for name, count in receipt.stays.items()],
    )
    _print_elsewhere(here, receipt, found)


def _print_elsewhere(here: Context, receipt: Receipt, found: Presence | None) -> None:
    """Name what this command cannot reach: the systems themselves, backups, and how long ids are in the log."""
    say, when = here.output.say, receipt.at.isoformat(timespec="seconds")
    for one in receipt.books:
        what = f"{one.connection}: {word(here.output, one.role)} {one.number or ''} {one.target_id}"
        say(
            f"Blijft staan in de boekhouding, daar beslist u: {what}",
            f"Still stands in the books, where you decide: {what}",
        )
    if found is not None:
        say(
            f"Staat nog in {receipt.record.connection}, niet aangevinkt: met een vinkje is het voor Boekbrug een "
            "nieuwe relatie.",
            f"Still stands in {receipt.record.connection}, unticked: ticked, it is a new relation to Boekbrug.",
        )
    say(
        f"Een back-up van vóór {when} bevat de sleutel nog, en daarmee alles. Boekbrug kent uw back-ups niet: "
        "vernietig die, of laat ze verlopen.",
        f"A backup from before {when} still holds the key, and with it everything. Boekbrug does not know your "
        "backups: destroy those, or let them expire.",
    )
    if receipt.log_until is not None:
        say(
            f"Vanaf {receipt.log_until} staat ook het id van deze relatie niet meer in inbox en logboek.",
            f"From {receipt.log_until} inbox and log hold the id of this relation no more either.",
        )
