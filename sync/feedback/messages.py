"""Keep one message on a record's timeline: the newest words, and none once it is cured."""

from uuid import UUID, uuid4

from adapters.base import Feedback as Crm
from adapters.base import Gate
from models.tables import Feedback, WriteIntent
from models.words import Outcome
from sync import intents
from sync.feedback import mailing, wording
from sync.feedback.wanting import TOLD_CONTEXT, failing_issues, feedback_of
from sync.feedback.writes import close, save, write
from sync.logbook import log
from sync.work import Work

MESSAGE = "message"


def tell(work: Work, crm: Crm, row: Feedback) -> None:
    """Put the newest words on the timeline, then take older ones off."""
    rules = work.rules.failure
    with work.outside.sessions.begin() as session:
        issues = failing_issues(session, work)
    if not rules.message or not issues:
        return
    words = wording.of_failure(issues, mailing.target_name(work), rules.language, unticked=row.untick)
    told = work.subject.open(row.told, TOLD_CONTEXT) if row.told is not None else None
    if words.text != told or not row.messages:
        _post(work, crm, row, words)
    remove_messages(work, crm, row, keep=1)


def take_back(work: Work, crm: Crm, row: Feedback) -> None:
    """Take every message off; what the box shows by now is the user's."""
    had = bool(row.messages)
    remove_messages(work, crm, row, keep=0)
    with work.outside.sessions.begin() as session:
        current = feedback_of(session, work)
        if current is not None and not current.failed:
            session.delete(current)
        if had:
            log(session, work, Outcome.WITHDRAWN, reason="cured")


def settle_message(work: Work, crm: Crm, row: Feedback, intent: WriteIntent) -> None:
    """Look for a message whose answer was lost, by its marker."""
    sign = _sign(intent.id)
    found = next((one.id for one in crm.messages(work.lease.record_id) if sign in one.content), None)
    if found is None:
        close(work, intent.id, "absent")
        return
    text = str(work.subject.open(intent.sealed, intents.CONTEXT)["text"])
    _note_message(work, row, intent.id, found, text)


def _post(work: Work, crm: Crm, row: Feedback, words: wording.Words) -> None:
    marker = uuid4()
    posted: list[str] = []

    def send(gate: Gate) -> None:
        content = f"{words.text}\n\n{_sign(marker)}"
        posted.append(crm.post_message(work.lease.record_id, words.title, content, gate))

    write(work, MESSAGE, {"text": words.text}, send, marker)
    _note_message(work, row, marker, posted[0], words.text)


def _sign(marker: UUID) -> str:
    """Write the marker by which a message is found again when its answer was lost."""
    return f"[boekbrug {marker.hex[:12]}]"


def _note_message(work: Work, row: Feedback, marker: UUID, message_id: str, text: str) -> None:
    with work.outside.sessions.begin() as session:
        intents.settle(session, marker, "done")
        save(session, row, messages=[*row.messages, message_id], told=work.subject.seal(text, TOLD_CONTEXT))
        log(session, work, Outcome.TOLD, reason="timeline")


def remove_messages(work: Work, crm: Crm, row: Feedback, keep: int) -> None:
    """Take all but the newest messages off; removing one twice does no harm, so it needs no intent."""
    while len(row.messages) > keep:
        crm.remove_message(row.messages[0], lambda: None)
        with work.outside.sessions.begin() as session:
            save(session, row, messages=row.messages[1:])
