"""Name the closed sets that rows, records and code share, so a word is spelled in one place."""

from enum import StrEnum


class Kind(StrEnum):
    """Tell which canonical record a row is about."""

    RELATION = "relation"
    PROJECT = "project"
    INVOICE = "invoice"
    RELATION_FEEDBACK = "relation_feedback"
    """Work on what the CRM's users are told of a relation; it calls the CRM, not the books."""

    @property
    def about(self) -> "Kind":
        """Return the kind of record that the work is about."""
        return Kind(self.value.removesuffix("_feedback"))


class Role(StrEnum):
    """Tell as what a relation takes part: bookkeeping keeps debtors and creditors apart."""

    CUSTOMER = "customer"
    SUPPLIER = "supplier"


class Lane(StrEnum):
    """Rank who may use the next call: a person waits for live, nobody for bulk, and polling has a share."""

    LIVE = "live"
    BULK = "bulk"
    POLL = "poll"


class Origin(StrEnum):
    """Tell how a change was heard of."""

    HOOK = "hook"
    POLL = "poll"
    API = "api"
    COMMAND = "command"
    BACKFILL = "backfill"
    RECONCILE = "reconcile"
    DECISION = "decision"
    FEEDBACK = "feedback"


class ConnectionState(StrEnum):
    """Tell whether a connection may be called: parked waits for the system, needs_consent for a person."""

    ACTIVE = "active"
    PARKED = "parked"
    NEEDS_CONSENT = "needs_consent"


class JobState(StrEnum):
    """Tell whether a job is in the queue: due has work, held waits for a person, done has none."""

    DUE = "due"
    HELD = "held"
    DONE = "done"


class MappingState(StrEnum):
    """Tell whether a mapping takes part: broken was unticked by a person, failed was unticked by us."""

    ACTIVE = "active"
    BROKEN = "broken"
    FAILED = "failed"


class Box(StrEnum):
    """Tell whose doing the state of a checkbox is: the user's own, or ours."""

    AS_LEFT = "as_left"
    UNTICKING = "unticking"
    UNTICKED = "unticked"
    RETRYING = "retrying"
    """Unticked by us, and somebody asked for another try: ticked again if that succeeds."""


class MailState(StrEnum):
    """Tell how far a mail is: handed over is committed first, so a crash never sends it twice."""

    WAITING = "waiting"
    HANDED = "handed"
    SENT = "sent"
    REFUSED = "refused"
    SETTLED = "settled"
    """It was refused, and a person had it sent again as another mail or put it aside."""


class Policy(StrEnum):
    """Tell who wins a field that both sides changed."""

    CRM = "crm"
    BOOKS = "books"
    ASK = "ask"


class Outcome(StrEnum):
    """Name how one attempt ended, as the log shows it."""

    NOTHING = "nothing"
    CREATED = "created"
    UPDATED = "updated"
    LINKED = "linked"
    ADOPTED = "adopted"
    EXCLUDED = "excluded"
    PARKED = "parked"
    HELD = "held"
    ISSUE = "issue"
    REVIEW = "review"
    UNKNOWN = "unknown"
    LOST = "lost"
    DELETED = "deleted"
    TOLD = "told"
    UNTICKED = "unticked"
    TICKED_AGAIN = "ticked_again"
    WITHDRAWN = "withdrawn"


class Access(StrEnum):
    """Rank what a person may do: see, act, or also change connections and users."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    ADMINISTRATOR = "administrator"

    def covers(self, needed: "Access") -> bool:
        """Tell whether this role may do what the other may."""
        ranks = list(Access)
        return ranks.index(self) >= ranks.index(needed)
