"""Make what the adapters' foundation needs: an Outside on real servers and a configured connection."""

import os
from itertools import count

import redis
from sqlalchemy import Engine

from adapters.base import ConnectionInfo
from adapters.outside import Outside
from models.database import open_engine, open_sessions
from models.settings import Settings
from models.tables import Connection
from models.vault import MasterKey, Vault

NUMBERS = count(1)


def make_outside(engine: Engine, redis_url: str, **changes: float) -> Outside:
    """Return the bundle that upper rooms hand down, on the servers under test."""
    settings = Settings.model_validate({"deadline_seconds": 5, **changes})
    vault = Vault([MasterKey("k1", b"1" * 32)])
    return Outside(redis.Redis.from_url(redis_url), open_sessions(engine), vault, settings)


def make_engine(database_url: str) -> Engine:
    """Open the database of a test module."""
    return open_engine(database_url)


def add_connection(outside: Outside, base_url: str = "http://127.0.0.1:9", **limits: int) -> ConnectionInfo:
    """Store a connection and return what an adapter is told of it."""
    name = f"books-{os.getpid()}-{next(NUMBERS)}"
    with outside.sessions.begin() as session:
        row = Connection(name=name, system="snelstart", base_url=base_url, credentials=b"")
        session.add(row)
        session.flush()
        return ConnectionInfo(row.id, name, "snelstart", base_url, {}, limits=limits)
