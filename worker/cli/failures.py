"""Turn what a command may meet into a sentence and an exit code, so no outage shows a traceback."""

from collections.abc import Callable, Mapping
from typing import Any

from redis import RedisError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, ProgrammingError

from adapters.errors import AdapterError
from models.vault import Unreadable
from sync.contact import UNREADABLE, explained
from worker.cli.exits import Exit, Failure
from worker.embedded import EmbeddedError

MISSING_TABLE = "42P01"
MISSING_COLUMN = "42703"
"""PostgreSQL's codes for a schema that is older than the program, appendix A of its manual."""


def _database(error: Any) -> Failure | None:
    state = getattr(error.orig, "sqlstate", None)
    if state in (MISSING_TABLE, MISSING_COLUMN):
        return Failure(
            Exit.USAGE,
            "Het schema van de database is niet bij de tijd. Voer `boekbrug migrate` uit.",
            "The database's schema is not up to date. Run `boekbrug migrate`.",
        )
    if isinstance(error, OperationalError | InterfaceError):
        return Failure(
            Exit.UNREACHABLE,
            "PostgreSQL antwoordt niet. Controleer BOEKBRUG_DATABASE_URL en of de server draait.",
            "PostgreSQL does not answer. Check BOEKBRUG_DATABASE_URL and whether the server runs.",
        )
    return None


def _redis(_: Any) -> Failure:
    return Failure(
        Exit.UNREACHABLE,
        "Redis antwoordt niet. Controleer BOEKBRUG_REDIS_URL en of de server draait.",
        "Redis does not answer. Check BOEKBRUG_REDIS_URL and whether the server runs.",
    )


def _embedded(error: Any) -> Failure:
    return Failure(
        Exit.UNREACHABLE,
        f"De eigen servers starten niet. {error}",
        f"The embedded servers do not start. {error}",
    )


def _unreadable(_: Any) -> Failure:
    return Failure(Exit.USAGE, UNREADABLE.nl, UNREADABLE.en)


def _outside(error: Any) -> Failure:
    found = explained(error)
    return Failure(Exit.UNREACHABLE if found.away else Exit.PERSON, found.nl, found.en)


KNOWN: Mapping[type[Exception], Callable[[Any], Failure | None]] = {
    EmbeddedError: _embedded,
    DBAPIError: _database,
    ProgrammingError: _database,
    RedisError: _redis,
    Unreadable: _unreadable,
    AdapterError: _outside,
}


def failure_of(error: Exception) -> Failure | None:
    """Return the failure that an exception means to a user; None for a fault of our own."""
    if isinstance(error, Failure):
        return error
    for kind, explain in KNOWN.items():
        if isinstance(error, kind):
            return explain(error)
    if isinstance(error, ValueError) and str(error).startswith("BOEKBRUG_"):
        return Failure(Exit.USAGE, f"Instelling niet te lezen: {error}", f"Setting cannot be read: {error}")
    return None
