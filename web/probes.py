"""Answer the two questions of whoever runs the processes: does it live, and does work move."""

from collections.abc import Callable
from dataclasses import dataclass

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from fastapi import APIRouter
from fastapi.responses import JSONResponse
from redis import RedisError
from sqlalchemy import Connection as Session
from sqlalchemy.exc import SQLAlchemyError

from models.database import alembic_config
from tasks.runtime import Runtime
from web.progress import dispatcher_runs, oldest_seconds


@dataclass(frozen=True, slots=True)
class Check:
    """Hold the answer to one question, in words for whoever looks."""

    ok: bool
    words: str


def readiness(runtime: Runtime) -> dict[str, Check]:
    """Try every part for real: PostgreSQL, its schema, Redis, the dispatcher and the age of what waits."""
    return {"redis": _redis(runtime), **_database(runtime)}


def _redis(runtime: Runtime) -> Check:
    try:
        runtime.redis.ping()
    except RedisError as error:
        return Check(False, f"no answer: {type(error).__name__}")
    return Check(True, "answers")


def _database(runtime: Runtime) -> dict[str, Check]:
    try:
        with runtime.engine.connect() as session:
            migrations = _migrations(session)
            if not migrations.ok:
                return {"database": Check(True, "answers"), "migrations": migrations}
            return {
                "database": Check(True, "answers"),
                "migrations": migrations,
                "dispatcher": _dispatcher(session),
                "progress": _progress(session, runtime.settings.ready_age_seconds),
            }
    except SQLAlchemyError as error:
        return {"database": Check(False, f"no answer: {type(error).__name__}")}


def _migrations(session: Session) -> Check:
    newest = ScriptDirectory.from_config(alembic_config("postgresql://")).get_current_head()
    current = MigrationContext.configure(session).get_current_revision()
    return Check(current == newest, f"at {current}" if current == newest else f"at {current}, needs {newest}")


def _dispatcher(session: Session) -> Check:
    runs = dispatcher_runs(session)
    return Check(runs, "a worker holds its lock" if runs else "no worker holds its lock")


def _progress(session: Session, limit: float) -> Check:
    age = oldest_seconds(session)
    return Check(age <= limit, f"oldest live job that could run: {age:.1f} s (limit {limit:g} s)")


def probe_router(runtime: Runtime, look: Callable[[Runtime], dict[str, Check]] = readiness) -> APIRouter:
    """Serve /healthz and /readyz."""
    router = APIRouter(include_in_schema=False)

    @router.get("/healthz")
    async def healthz() -> dict[str, str]:
        """Tell that the process answers; nothing else is asked, so an outage elsewhere restarts nobody."""
        return {"status": "alive"}

    @router.get("/readyz")
    def readyz() -> JSONResponse:
        """Tell whether changes can arrive and be worked on now."""
        checks = look(runtime)
        ready = all(check.ok for check in checks.values())
        detail = {name: {"ok": check.ok, "words": check.words} for name, check in checks.items()}
        return JSONResponse({"ready": ready, "checks": detail}, 200 if ready else 503)

    return router
