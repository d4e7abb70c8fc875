"""Fill a database as an office of years: a hundred thousand relations and a million attempts, in under a minute."""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import text

from models.tables import Connection, Link
from models.vault import Vault
from sync import pulses
from sync.config.loading import CREDENTIALS
from sync.identity import WORD, name_words
from sync.labels import CONTEXT as LABEL
from sync.snapshots import CONTEXT as SNAPSHOT
from sync.twins import CONTEXT as IDENTIFIER
from tasks.runtime import Runtime

DAYS = 30
"""Over how long the attempts are spread."""
FIRST = ("Bakkerij", "Garage", "Drukkerij", "Kwekerij", "Kapsalon", "Bouwbedrijf", "Slagerij", "Advies")
LAST = ("De Linde", "Van Dijk", "Zonnehof", "Merwede", "Oosterpark", "Jansen", "Het Anker", "Waalzicht")


@dataclass(frozen=True, slots=True)
class Size:
    """Say how much of each."""

    relations: int = 100_000
    attempts: int = 1_000_000
    held: int = 2_000
    due: int = 1_000
    excluded: int = 5_000

    def part(self, share: float) -> int:
        """Return a share of the relations, at least one."""
        return max(1, int(self.relations * share))


def fill(runtime: Runtime, size: Size) -> tuple[int, int]:
    """Fill a migrated, empty database; returns the id of the link and of one mapping."""
    vault = runtime.vault
    crm, books, link = _configure(runtime)
    with runtime.engine.connect() as connection, connection.begin():
        raw = connection.connection.driver_connection
        assert isinstance(raw, psycopg.Connection)
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        _months(connection)
        _sealed_rows(raw, vault, (crm, books, link), size)
        for statement in STATEMENTS:
            connection.execute(text(statement), _values(size, crm, books, link))
    pulses.count_relations(runtime.sessions)
    with runtime.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = 0"))
        connection.execute(text("VACUUM ANALYZE"))
        connection.execute(text("RESET statement_timeout"))
    return link, size.relations // 2


def _configure(runtime: Runtime) -> tuple[int, int, int]:
    closed = runtime.vault.seal_json({}, CREDENTIALS)
    with runtime.sessions.begin() as session:
        ends = [
            Connection(name=name, system=system, base_url="http://127.0.0.1:9", credentials=closed)
            for name, system in (("crm", "simplicate"), ("books", "snelstart"))
        ]
        session.add_all(ends)
        session.flush()
        rules = {"relations": {"flag": "sync_snelstart"}}
        link = Link(name="office", source_id=ends[0].id, target_id=ends[1].id, rules=rules)
        session.add(link)
        session.flush()
        return ends[0].id, ends[1].id, link.id


def _months(connection: Any) -> None:
    """Make last month's partition hold what is older than a month ahead of now, whatever day it is."""
    oldest = datetime.now(UTC) - timedelta(days=DAYS + 1)
    for table in ("sync_log", "change_event"):
        name = f"{table}_p{oldest:%Y%m}"
        following = (oldest.replace(day=1) + timedelta(days=32)).replace(day=1)
        if connection.scalar(text("SELECT to_regclass(:name)"), {"name": name}) is None:
            bounds = f"FROM ('{oldest:%Y-%m}-01') TO ('{following:%Y-%m}-01')"
            connection.execute(text(f"CREATE TABLE {name} PARTITION OF {table} FOR VALUES {bounds}"))


def record_id(number: int) -> str:
    """Return the CRM's id of a relation, as SQL below makes it too."""
    return f"organization:{number:032x}"


def target_id(number: int) -> str:
    """Return the books' id of a relation, as SQL below makes it too."""
    return f"00000000-0000-4000-8000-{number:012d}"


def _sealed_rows(raw: Any, vault: Vault, ids: tuple[int, int, int], size: Size) -> None:
    """Copy the rows that hold ciphertext: real keys and real names, so that opening them costs what it costs."""
    pick = random.Random(1)
    made = list(_relations(vault, size, pick))
    crm, books, link = ids
    started = datetime.now(UTC)
    _copy(raw, "subject_key", ("connection_id", "kind", "record_id", "sealed"),
          ((crm, "relation", one.id, one.key) for one in made))  # fmt: skip
    _copy(raw, "snapshot", ("connection_id", "kind", "record_id", "started_at", "sealed"),
          ((crm, "relation", one.id, started, one.snapshot) for one in made))  # fmt: skip
    mapped = made[: size.relations - size.excluded]
    columns = ("link_id", "source_connection_id", "target_connection_id", "kind", "source_id", "role", "target_id",
               "target_number", "matched_by", "label", "evidence", "created_at", "updated_at")  # fmt: skip
    _copy(raw, "relation_mapping", columns, (
        (link, crm, books, "relation", one.id, "customer", target_id(number), str(10_000 + number),
         pick.choice(("created", "kvk", "vat", "person")), one.label, json.dumps({"kvk": "agrees"}),
         started - timedelta(minutes=number), started - timedelta(minutes=number // 2))
        for number, one in enumerate(mapped)
    ))  # fmt: skip
    carried = (
        (link, crm, one.id, *found)
        for one in made
        for found in (("customer", "kvk", one.kvk, one.sealed_kvk), *(("", WORD, *word) for word in one.words))
    )
    found_by = ("link_id", "connection_id", "record_id", "role", "identifier", "value_hash", "sealed")
    _copy(raw, "source_identifier", found_by, carried)


@dataclass(frozen=True, slots=True)
class _Made:
    id: str
    key: bytes
    label: bytes
    snapshot: bytes
    kvk: bytes
    sealed_kvk: bytes
    words: tuple[tuple[bytes, bytes], ...]
    """Hash and ciphertext of each word of the name."""


def _relations(vault: Vault, size: Size, pick: random.Random) -> Iterator[_Made]:
    for number in range(size.relations):
        subject, key = vault.new_subject()
        name = f"{pick.choice(FIRST)} {pick.choice(LAST)} {number}"
        raw = {"id": record_id(number), "name": name, "relation_number": str(10_000 + number), "is_active": True}
        kvk = f"{number:08d}"
        words = tuple((vault.hash(WORD, word), subject.seal(word, IDENTIFIER)) for word in name_words(name))
        yield _Made(record_id(number), key, subject.seal(name, LABEL), subject.seal(raw, SNAPSHOT),
                    vault.hash("kvk", kvk), subject.seal(kvk, IDENTIFIER), words)  # fmt: skip


def _copy(raw: Any, table: str, columns: Sequence[str], rows: Iterator[Sequence[Any]]) -> None:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    with raw.cursor().copy(sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)) as out:
        for row in rows:
            out.write_row(row)


def _values(size: Size, crm: int, books: int, link: int) -> dict[str, Any]:
    return {
        "crm": crm,
        "books": books,
        "link": link,
        "relations": size.relations,
        "attempts": size.attempts,
        "held": size.held,
        "due": size.due,
        "seconds": DAYS * 86_400,
        "issues": size.held,
        "reviews": size.part(0.005),
        "entries": size.relations,
        "history": 2 * size.relations,
    }


RECORD = "'organization:' || lpad(to_hex({}), 32, '0')"
STATEMENTS = (
    f"""INSERT INTO sync_job (link_id, source_connection_id, target_connection_id, kind, record_id, state, lane,
            correlation_id, wanted_since, wanted_at)
        SELECT :link, :crm, :books, 'relation', {RECORD.format("n")},
            CASE WHEN n < :held THEN 'held' WHEN n < :held + :due THEN 'due' ELSE 'done' END,
            CASE WHEN n % 3 = 0 THEN 'live' ELSE 'bulk' END, gen_random_uuid(),
            now() - n * interval '1 second', now() - n * interval '1 second'
        FROM generate_series(0, :relations - 1) AS n""",
    f"""INSERT INTO sync_log (at, link_id, job_id, kind, record_id, role, outcome, reason, fields, target_calls,
            duration_ms, waited_ms, target_id, correlation_id)
        SELECT now() - (n::float8 / :attempts) * :seconds * interval '1 second', :link, n % :relations, 'relation',
            {RECORD.format("(n % :relations)")}, 'customer',
            (ARRAY['updated', 'nothing', 'nothing', 'created', 'nothing', 'updated', 'issue', 'parked'])[1 + n % 8],
            CASE n % 8 WHEN 6 THEN 'check.kvk' WHEN 7 THEN 'window full' ELSE '' END, '["adres.straat"]',
            2, 120 + n % 400, 300 + n % 900, '00000000-0000-4000-8000-' || lpad((n % :relations)::text, 12, '0'),
            gen_random_uuid()
        FROM generate_series(0, :attempts - 1) AS n""",
    f"""INSERT INTO change_event (received_at, connection_id, kind, record_id, origin, correlation_id)
        SELECT now() - (n::float8 / :history) * :seconds * interval '1 second', :crm, 'relation',
            {RECORD.format("(n % :relations)")}, (ARRAY['hook', 'poll'])[1 + n % 2], gen_random_uuid()
        FROM generate_series(0, :history - 1) AS n""",
    f"""INSERT INTO issue (link_id, kind, record_id, role, cause, field, params, opened_at, closed_at)
        SELECT :link, 'relation', {RECORD.format("n")}, '',
            (ARRAY['check.kvk', 'check.vat', 'check.iban', 'check.postal_code'])[1 + n % 4], '', '{{}}',
            now() - n * interval '1 minute', CASE WHEN n >= :issues THEN now() - n * interval '1 second' END
        FROM generate_series(0, :issues * 25) AS n""",
    f"""INSERT INTO review (link_id, kind, record_id, role, reason, candidates, opened_at, decision, decided_by,
            decided_at)
        SELECT :link, 'relation', {RECORD.format("n")}, 'customer', 'review.name_only',
            '[{{"target_id": "00000000-0000-4000-8000-000000000001", "evidence": {{"name": "agrees"}}}}]',
            now() - n * interval '1 minute', CASE WHEN n >= :reviews THEN 'create' END,
            CASE WHEN n >= :reviews THEN 'somebody' END,
            CASE WHEN n >= :reviews THEN now() - n * interval '1 minute' END
        FROM generate_series(0, :reviews * 40) AS n""",
    """INSERT INTO target_entry (connection_id, target_id, roles, active, number, modified_on)
        SELECT :books, '00000000-0000-4000-8000-' || lpad(n::text, 12, '0'), '["customer"]', true,
            (10000 + n)::text, now() FROM generate_series(0, :entries - 1) AS n""",
    """INSERT INTO mapping_history (mapping_id, at, event, target_id)
        SELECT id, created_at, 'created', target_id FROM relation_mapping
        UNION ALL SELECT id, updated_at, 'updated', target_id FROM relation_mapping""",
    """INSERT INTO audit (at, by, via, action, subject_kind, subject_id, reason)
        SELECT now() - n * interval '1 minute', 'person ' || n % 5, 'page', 'mapping.relink', 'mapping',
            (n % :relations)::text, 'measured' FROM generate_series(0, :history / 4) AS n""",
    """INSERT INTO pulse (link_id, minute, attempts, written, failed, source_calls, target_calls, waited_p50_ms,
            waited_p95_ms)
        SELECT :link, date_trunc('minute', now()) - n * interval '1 minute', 20 + n % 9, 10 + n % 7, n % 2, 8, 20,
            400 + n % 50, 900 + n % 300 FROM generate_series(0, 60 * 24 * 14) AS n""",
    """INSERT INTO budget_sample (connection_id, "window", minute, used, "left")
        SELECT c.id, w.name, date_trunc('minute', now()) - n * interval '1 minute', n % 60, 60 - n % 60
        FROM connection AS c, (VALUES ('minute'), ('hour')) AS w(name), generate_series(0, 60 * 24 * 3) AS n""",
    """INSERT INTO reconciliation (link_id, started_at, finished_at, counts, findings)
        SELECT :link, now() - n * interval '1 day', now() - n * interval '1 day',
            '{"in_sync": 99000, "differs": 800, "only_in_books": 200}',
            (SELECT jsonb_agg(jsonb_build_object('finding', 'differs', 'record_id', 'organization:' || m, 'role',
                'customer', 'target_id', m::text, 'fields', '["adres.straat"]'::jsonb))
             FROM generate_series(1, 1000) AS m)
        FROM generate_series(1, 12) AS n""",
)
"""In an order that foreign keys allow; what holds no ciphertext is made where it stands."""
