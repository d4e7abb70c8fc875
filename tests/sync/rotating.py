"""Rotate in a process of its own, one row per batch, saying each aloud: `DATABASE KEYS`. It waits to be killed."""

import sys

from models.database import open_engine, open_sessions
from models.vault import Vault
from sync.rotation import rotate


def main() -> None:
    """Rotate slowly enough to be killed anywhere."""
    database_url, keys = sys.argv[1:]
    sessions = open_sessions(open_engine(database_url, pool=2))
    for step in rotate(sessions, Vault.from_text(keys), batch=1):
        print(step.name, flush=True)


if __name__ == "__main__":
    main()
