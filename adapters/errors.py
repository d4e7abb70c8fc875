"""Turn every failure of the outside world into a decision: each class says what the caller does next."""

from collections.abc import Mapping
from datetime import datetime


class AdapterError(Exception):
    """Be the root of what an outside system can do to us; its text never holds personal data."""


class Throttled(AdapterError):
    """Wait: the call was not made or was refused for a limit; nothing happened and no attempt is burned."""

    def __init__(self, retry_at: datetime, reason: str = "budget") -> None:
        super().__init__(f"{reason}: wait until {retry_at.isoformat()}")
        self.retry_at = retry_at
        self.reason = reason


class Unavailable(AdapterError):
    """Park the connection: the system is away and the call certainly did nothing."""


class Unauthorised(AdapterError):
    """Ask a person for consent: the credentials were refused after one refresh."""

    def __init__(self, words: str = "") -> None:
        super().__init__(words or "credentials refused")
        self.words = words


class Forbidden(AdapterError):
    """Ask an administrator for a right: the credentials hold, the scope does not."""

    def __init__(self, words: str = "") -> None:
        super().__init__(words or "scope missing")
        self.words = words


class Rejected(AdapterError):
    """Raise an issue: the system understood and refused, and nothing was written."""

    def __init__(self, code: str, field: str = "", words: str = "", params: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{code} {field}".strip())
        self.code = code
        """Code of a models.causes.Cause."""
        self.field = field
        """Canonical field name when the vendor's code tells which, so that an optional one can be left out."""
        self.words = words
        """The vendor's own words, identifiers masked."""
        self.params = dict(params or {})


class AlreadyExists(Rejected):
    """Match again: a unique key is taken; adopt only what our own open intent reserved."""


class Missing(AdapterError):
    """Match again: the record named by id is not there."""


class OutcomeUnknown(AdapterError):
    """Locate first: a write was sent and no trustworthy answer came back; never repeat it blindly."""


class Unsupported(AdapterError):
    """Say so aloud: the system cannot hold what was asked."""
