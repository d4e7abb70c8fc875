"""Tell whether a process makes progress; a process that lives and does nothing is not healthy."""

import time
from collections.abc import Callable, Mapping

import requests
from sqlalchemy.exc import SQLAlchemyError

from models.settings import Settings
from tasks.runtime import NoServers, Runtime
from web.progress import dispatcher_runs, oldest_seconds

BEAT_SECONDS = 60.0
"""Three turns of beat's loop (worker.app)."""

BEAT_FILE = "beat-schedule"
"""In the data folder; what `celery beat --schedule` names, touched at every turn (worker.beat)."""

ANSWER_SECONDS = 5.0

Health = tuple[bool, str]


def worker_health(settings: Settings, url: str | None = None) -> Health:
    """Check that a dispatcher is at work and that no live job waits too long."""
    try:
        runtime = Runtime.open(settings)
    except NoServers as error:
        return False, str(error)
    try:
        with runtime.engine.connect() as session:
            runs, age = dispatcher_runs(session), oldest_seconds(session)
    except SQLAlchemyError as error:
        return False, f"PostgreSQL does not answer: {type(error).__name__}"
    finally:
        runtime.close()
    if not runs:
        return False, "no worker holds the dispatcher's lock"
    limit = settings.ready_age_seconds
    return age <= limit, f"oldest live job that could run: {age:.1f} s (limit {limit:g} s)"


def beat_health(settings: Settings, url: str | None = None) -> Health:
    """Check that beat's loop turned lately."""
    try:
        age = time.time() - (settings.data_dir / BEAT_FILE).stat().st_mtime
    except FileNotFoundError:
        return False, "beat never turned in this data folder"
    return age <= BEAT_SECONDS, f"beat turned {age:.0f} s ago (limit {BEAT_SECONDS:g} s)"


def web_health(settings: Settings, url: str | None = None) -> Health:
    """Check that the web process answers; `/readyz` tells what else is away, which no restart cures."""
    return _answers(f"{url or settings.public_url}/healthz")


def flower_health(settings: Settings, url: str | None = None) -> Health:
    """Check that Flower answers."""
    return _answers(f"{url or 'http://127.0.0.1:5555'}/healthcheck")


def _answers(url: str) -> Health:
    try:
        status = requests.get(url, timeout=ANSWER_SECONDS, allow_redirects=False).status_code
    except requests.RequestException as error:
        return False, f"no answer: {type(error).__name__}"
    return status == 200, f"answered {status}"


CHECKS: Mapping[str, Callable[[Settings, str | None], Health]] = {
    "worker": worker_health,
    "web": web_health,
    "beat": beat_health,
    "flower": flower_health,
}


def check(process: str, settings: Settings, url: str | None = None) -> Health:
    """Check one kind of process; returns whether it is well and why, in words."""
    return CHECKS[process](settings, url)
