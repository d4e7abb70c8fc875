"""The embedded servers come up, come back, and are shared and left behind without harm."""

import psycopg
import redis
from sqlalchemy import create_engine, text

from worker.embedded import Servers


def test_addresses_work_for_the_libraries_that_use_them(
    servers: Servers, database_url: str, redis_url: str
) -> None:
    engine = create_engine(database_url)
    with engine.connect() as session:
        assert session.execute(text("SHOW listen_addresses")).scalar() == ""
        assert session.execute(text("SHOW timezone")).scalar() == "UTC"
    engine.dispose()
    with redis.Redis.from_url(redis_url) as client:
        assert client.config_get("port")["port"] == "0"
        assert client.config_get("maxmemory-policy")["maxmemory-policy"] == "noeviction"


def test_modules_get_their_own_database(servers: Servers, database_url: str) -> None:
    assert database_url != servers.database_url
    with psycopg.connect(database_url.replace("+psycopg", "")) as session:
        assert session.execute("SELECT current_database()").fetchone() != ("boekbrug",)
