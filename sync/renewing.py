"""Replace the credentials of a connection, once the system took the new ones at a trial beside it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from secrets import token_hex

from sqlalchemy import TextClause, select, text

from adapters import registry
from adapters.outside import Outside
from adapters.tokens import TokenStore
from models.tables import Connection
from models.words import ConnectionState
from sync.audit import Actor, Subject, record
from sync.config.loading import CREDENTIALS, REFS, REMOVED, TRIAL, connection_info, open_secrets
from sync.config.secrets import STORED
from sync.contact import Checked
from sync.trials import PASTED, NotConnected, add_trial, discard_row, greeted, judge_keys

COPY_TOKEN = text("""
INSERT INTO connection_token (connection_id, sealed, generation)
SELECT :tried, sealed, 0 FROM connection_token WHERE connection_id = :of
""")
MOVE_TOKEN = text("""
INSERT INTO connection_token AS kept (connection_id, sealed, expires_at, generation)
SELECT :to, sealed, expires_at, 1 FROM connection_token WHERE connection_id = :tried AND generation > 0
ON CONFLICT (connection_id) DO UPDATE SET sealed = excluded.sealed, expires_at = excluded.expires_at,
    lease_until = NULL, generation = kept.generation + 1
""")


def renewable(row: Connection) -> tuple[str, ...]:
    """Return the credentials that a page may renew: those it keeps itself; the others stand in the file."""
    given = row.options.get(REFS, {}).get("credentials", {})
    own = tuple(name for name, reference in given.items() if reference == STORED and name != PASTED)
    return (*own, *(name for name in registry.optional_credentials(row.system) if name == PASTED))


def renew(outside: Outside, actor: Actor, name: str, pasted: Mapping[str, str]) -> Checked:
    """Try new credentials beside the old ones and replace those when the system takes them. Raises NotConnected."""
    with outside.sessions() as session:
        row = session.scalar(select(Connection).where(Connection.name == name))
    if row is None or row.options.get(REMOVED) or TRIAL in row.options:
        raise NotConnected("gone")
    filled = {key: value for key, value in pasted.items() if value}
    if not filled or set(filled) - set(renewable(row)):
        raise NotConnected("nothing")
    judge_keys(filled)
    with _trial_of(outside, row, filled) as trial:
        checked = greeted(outside, trial, counted_by=connection_info(row, outside.vault))
        _take_over(outside, actor, row, trial, sorted(filled))
    return checked


@contextmanager
def _trial_of(outside: Outside, row: Connection, pasted: Mapping[str, str]) -> Iterator[Connection]:
    """Make a twin of a connection with other credentials, for as long as a block runs."""
    secrets = open_secrets(row, outside.vault)
    given = {**secrets.credentials, **{key: value for key, value in pasted.items() if key != PASTED}}
    trial = Connection(
        name=f"{row.name}~{token_hex(4)}",
        system=row.system,
        base_url=row.base_url,
        options={**row.options, TRIAL: True},
        limits=row.limits,
        enabled=False,
        credentials=outside.vault.seal_json(given, CREDENTIALS),
    )
    add_trial(outside, trial)
    try:
        if PASTED in pasted:
            TokenStore(trial.id, outside, secrets.credentials.get(PASTED)).paste(pasted[PASTED])
        else:
            _run(outside, COPY_TOKEN, of=row.id, tried=trial.id)
        yield trial
    except NotConnected:
        if PASTED not in pasted:
            # The vendor may have replaced the token before it refused.
            _run(outside, MOVE_TOKEN, to=row.id, tried=trial.id)
        raise
    finally:
        discard_row(outside, trial.id)


def _run(outside: Outside, statement: TextClause, **values: int) -> None:
    with outside.sessions.begin() as session:
        session.execute(statement, values)


def _take_over(outside: Outside, actor: Actor, row: Connection, trial: Connection, names: list[str]) -> None:
    """Give the connection what its trial proved, credentials and token together."""
    with outside.sessions.begin() as session:
        kept = session.scalar(select(Connection).where(Connection.id == row.id).with_for_update())
        if kept is None or kept.credentials != row.credentials:
            raise NotConnected("moved")
        kept.credentials = trial.credentials
        session.execute(MOVE_TOKEN, {"to": row.id, "tried": trial.id})
        if kept.state == ConnectionState.NEEDS_CONSENT:
            kept.state, kept.state_reason, kept.state_since = ConnectionState.ACTIVE, "", datetime.now(UTC)
        record(session, actor, "connection.renew", Subject("connection", row.name), after={"renewed": names})
    TokenStore(row.id, outside).forget()
