"""Open the migrated database of a test module, and empty the configuration's tables between examples."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from models.database import Sessions, open_engine, open_sessions
from models.vault import Vault, new_key_text


@pytest.fixture(scope="module")
def sessions(database_url: str) -> Iterator[Sessions]:
    engine = open_engine(database_url, pool=2)
    yield open_sessions(engine)
    engine.dispose()


@pytest.fixture(scope="module")
def vault() -> Vault:
    return Vault.from_text(new_key_text("k1"))


@pytest.fixture
def empty(sessions: Sessions) -> Sessions:
    return emptied(sessions)


def emptied(sessions: Sessions) -> Sessions:
    with sessions.begin() as session:
        session.execute(text("TRUNCATE connection, link, sync_job, relation_mapping, snapshot CASCADE"))
    return sessions
