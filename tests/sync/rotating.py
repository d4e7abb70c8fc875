"""Rotate in a process of its own, one row per batch, a line of input before each, to be killed anywhere."""

import sys

from models.database import open_engine, open_sessions
from models.vault import Vault
from sync.rotation import rotate


def main() -> None:
    """Take the database's address and the keys as arguments."""
    database_url, keys = sys.argv[1:]
    sessions = open_sessions(open_engine(database_url, pool=2))
    for step in rotate(sessions, Vault.from_text(keys), batch=1):
        sys.stdout.write(f"{step.name}\n")
        sys.stdout.flush()
        sys.stdin.readline()


if __name__ == "__main__":
    main()
