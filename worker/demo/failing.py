"""Act four: a sync that fails tells the CRM's user why, and goes through once it is corrected."""

from typing import Any

from worker.demo.office import MAIL_TO
from worker.demo.plot import Plot
from worker.demo.watching import now, wait_for

PATIENCE_SECONDS = 40.0
WRONG_BSN, BSN = "990000073", "990000072"
"""Of the range that is never issued; the first fails the 11-test."""


def fail_and_cure(plot: Plot) -> None:
    """Save a person with an impossible BSN; show message, mail and box; correct it."""
    stage, screen = plot.stage, plot.stage.screen
    screen.act(
        "4  Een persoon voor Nextens met een BSN dat niet kan",
        "4  A person for Nextens with a BSN that cannot be",
    )
    saved = now(stage)
    record_id = stage.crm.edit(None, plot.cast.client(WRONG_BSN), resource="person")
    message = wait_for(lambda: message_of(plot, record_id), PATIENCE_SECONDS, "timeline")
    mail = wait_for(lambda: _mail(plot), PATIENCE_SECONDS, "mail")
    wait_for(lambda: not _ticked(plot, record_id), PATIENCE_SECONDS, "untick")
    seconds = (now(stage) - saved).total_seconds()
    plot.measure("fout: bericht, mail en vinkje", "failure: message, mail and checkbox", seconds)
    screen.say("Op de tijdlijn in het CRM:", "On the timeline in the CRM:")
    for line in [message["title"], *message["content"].splitlines()]:
        screen.note(f"  {line}", f"  {line}")
    screen.good(
        f"Mail aan {MAIL_TO}: {mail['subject']}. Het vinkje is uitgezet, na {seconds:.1f} s.",
        f"Mail to {MAIL_TO}: {mail['subject']}. The box was unticked, after {seconds:.1f} s.",
    )
    stage.crm.edit(record_id, {"custom_fields": {"sync_nextens": "1", "bsn": BSN}}, resource="person")
    wait_for(lambda: _client(plot), PATIENCE_SECONDS, "client")
    wait_for(lambda: message_of(plot, record_id) is None, PATIENCE_SECONDS, "message taken off")
    screen.good(
        "Verbeterd en weer aangevinkt: de klant staat in Nextens en het bericht is weg.",
        "Corrected and ticked again: the client stands in Nextens and the message is gone.",
    )


def message_of(plot: Plot, record_id: str) -> dict[str, Any] | None:
    """Return our message on a record's timeline."""
    for message in plot.stage.crm.control("GET", "state?resource=message")["message"]:
        if any(record_id in link.values() for link in message["linked_to"]):
            return dict(message)
    return None


def _mail(plot: Plot) -> dict[str, Any] | None:
    found = plot.stage.post.control("GET", "mails")
    return next((dict(one) for one in found if "Demonstratie" in one["subject"]), None)


def _ticked(plot: Plot, record_id: str) -> bool:
    persons = plot.stage.crm.control("GET", "state?resource=person")["person"]
    return any(one["id"] == record_id and one["custom"].get("sync_nextens") for one in persons)


def _client(plot: Plot) -> bool:
    clients = plot.stage.tax.control("GET", "state?resource=persoon")["persoon"]
    return any(one["Bsn"] == BSN for one in clients)
