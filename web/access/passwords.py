"""Store passwords so that a stolen table is of little use, and check them without telling who exists."""

from functools import lru_cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
"""Length is what makes guessing hard; rules about signs only make people write passwords down."""
LONGEST = 1000
AT_ONCE = 4
"""Each hash takes 64 MiB while it runs: a crowd at the door waits its turn and does not fill the memory."""

HASHER = PasswordHasher()
_turn = BoundedSemaphore(AT_ONCE)


def hash_password(password: str) -> str:
    """Return the Argon2id text that is stored."""
    with _turn:
        return HASHER.hash(password)


def password_fits(stored: str | None, password: str) -> bool:
    """Tell whether a password is the stored one; without one the same work is done, so the delay tells nothing."""
    with _turn:
        try:
            HASHER.verify(stored or _nobodys(), password)
            return stored is not None
        except (VerificationError, InvalidHashError):
            return False


def outdated(stored: str) -> bool:
    """Tell whether a hash was made with weaker parameters than today's."""
    return HASHER.check_needs_rehash(stored)


@lru_cache(maxsize=1)
def _nobodys() -> str:
    return HASHER.hash("nobody's")
