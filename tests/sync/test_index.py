"""The local index of the books: what it finds, whose it is, and what a slow reading may not undo."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import redis
from sqlalchemy import delete

from adapters.base import Identity, TargetPage, TargetRecord
from adapters.outside import Outside
from models.database import open_engine, open_sessions
from models.settings import Settings
from models.tables import Connection, Link, RelationMapping, TargetEntry, TargetIndex, WriteIntent
from models.vault import MasterKey, Vault
from models.words import Kind, Role
from sync import index
from sync.freshness import BLIND_OVERLAP, LEAST_OVERLAP, ONE_PAGE, OVERLAP, read_all, refresh
from sync.matching import Hit

ZONNIG = Identity(kvk="12345678", name="bakkerij zonnig", postal_code="4548AW")
BEFORE = datetime(2026, 1, 1)  # noqa: DTZ001 - as SnelStart writes it
OWN, OTHER = (1, "organization:own"), (2, "organization:other")


def relatie(target_id: str, number: str, identity: Identity = ZONNIG, **changes: Any) -> TargetRecord:
    values: dict[str, Any] = {
        "roles": frozenset({Role.CUSTOMER}), "active": True, "modified_on": BEFORE, "fields": {}, "raw": {},
    }  # fmt: skip
    return TargetRecord(id=target_id, number=number, identity=identity, **values | changes)


class Books:
    """Answer pages as a target does; `during` happens while the first is on its way."""

    def __init__(self, connection_id: int, pages: Sequence[Sequence[TargetRecord]], during: Any = None) -> None:
        self.info = type("Info", (), {"id": connection_id})()
        self._pages, self._during = pages, during
        self.since: list[datetime | None] = []

    def pages(self, since: datetime | None) -> Iterator[TargetPage]:
        self.since.append(since)
        for number, records in enumerate(self._pages):
            if self._during is not None and number == 0:
                self._during()
            yield TargetPage(records, datetime.now(UTC), number == len(self._pages) - 1)


@pytest.fixture(scope="module")
def outside(database_url: str) -> Iterator[Outside]:
    engine = open_engine(database_url)
    vault = Vault([MasterKey("t1", b"t" * 32)])
    yield Outside(redis.Redis(), open_sessions(engine), vault, Settings())
    engine.dispose()


@pytest.fixture
def books(outside: Outside) -> int:
    """Return the id of a fresh, empty administration."""
    with outside.sessions.begin() as session:
        row = Connection(name=str(uuid4()), system="books", base_url="-", credentials=b"")
        session.add(row)
        session.flush()
        session.add(TargetIndex(connection_id=row.id))
        return row.id


def store(outside: Outside, books: int, *records: TargetRecord) -> None:
    with outside.sessions.begin() as session:
        index.store(session, outside.vault, books, records)


def find(outside: Outside, books: int, identity: Identity = ZONNIG, role: Role = Role.CUSTOMER) -> list[Hit]:
    with outside.sessions.begin() as session:
        return index.find(session, outside.vault, books, role, identity, OWN)


def test_finds_by_any_identifier_and_tells_how_all_compare(outside: Outside, books: int) -> None:
    store(outside, books, relatie("a", "7"))
    (hit,) = find(outside, books, Identity(kvk="12345678", vat="NL1", number="8"))
    assert dict(hit.verdicts) == {"kvk": "agrees", "vat": "absent", "number": "absent"}
    (hit,) = find(outside, books, Identity(kvk="87654321", name="bakkerij zonnig", postal_code="4548AW"))
    assert dict(hit.verdicts) == {"kvk": "differs", "name_postcode": "agrees"}
    assert find(outside, books, role=Role.SUPPLIER) == []


def test_a_change_replaces_what_was_known(outside: Outside, books: int) -> None:
    store(outside, books, relatie("a", "7"))
    changed = relatie("a", "7", Identity(kvk="11111111"), modified_on=BEFORE + timedelta(days=1), active=False)
    store(outside, books, changed)
    assert find(outside, books) == []
    (hit,) = find(outside, books, Identity(kvk="11111111"))
    assert not hit.active


def test_the_books_own_rows_are_never_candidates(outside: Outside, books: int) -> None:
    store(outside, books, relatie("a", "-1", system_row=True))
    assert find(outside, books) == []


def intent(books: int, number: int, owner: tuple[int, str], state: str = "open") -> WriteIntent:
    return WriteIntent(
        id=uuid4(), job_id=1, fence=1, target_connection_id=books, source_connection_id=owner[0],
        kind=Kind.RELATION, source_id=owner[1], role=Role.CUSTOMER, operation="create", number=number,
        sealed=b"", state=state, locate_at=datetime.now(UTC),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("owner", "state", "expected"),
    [
        (OTHER, "open", "organization:other"),
        (OTHER, "absent", None),
        (OTHER, "refused", None),
        (OWN, "open", None),
    ],
)
def test_what_another_record_is_just_creating_is_taken(
    outside: Outside, books: int, owner: tuple[int, str], state: str, expected: str | None
) -> None:
    """The answer of that create may still be on its way: a link now would let two records share it."""
    store(outside, books, relatie("a", "7"))
    with outside.sessions.begin() as session:
        session.add(intent(books, 7, owner, state))
    (hit,) = find(outside, books)
    assert hit.taken_by == expected


def test_what_another_record_is_mapped_to_is_taken(outside: Outside, books: int) -> None:
    store(outside, books, relatie("a", "7"))
    with outside.sessions.begin() as session:
        link = Link(name=str(uuid4()), source_id=books, target_id=books, rules={})
        session.add(link)
        session.flush()
        session.add(
            RelationMapping(
                link_id=link.id, source_connection_id=OTHER[0], target_connection_id=books,
                kind=Kind.RELATION, source_id=OTHER[1], role=Role.CUSTOMER, target_id="a", matched_by="kvk",
            )
        )  # fmt: skip
    (hit,) = find(outside, books)
    assert hit.taken_by == OTHER[1]


def test_a_full_reading_drops_what_is_gone_but_not_what_came_meanwhile(outside: Outside, books: int) -> None:
    store(outside, books, relatie("gone", "1", Identity(kvk="1")), relatie("stays", "2", Identity(kvk="2")))
    meanwhile = relatie("new", "3", Identity(kvk="3"))
    pages = [[relatie("stays", "2", Identity(kvk="2"))], []]
    target: Any = Books(books, pages, lambda: store(outside, books, meanwhile))
    list(read_all(outside, target))

    with outside.sessions.begin() as session:
        known = {row.target_id for row in session.query(TargetEntry).filter_by(connection_id=books)}
    assert known == {"stays", "new"}


def test_a_reading_that_was_cut_off_counts_for_nothing(outside: Outside, books: int) -> None:
    def die() -> None:
        raise RuntimeError("the reader died")

    broken: Any = Books(books, [[]], die)
    with pytest.raises(RuntimeError, match="died"):
        refresh(outside, broken)
    with outside.sessions.begin() as session:
        row = session.query(TargetIndex).filter_by(connection_id=books).one()
        assert row.fresh_at is None
        assert row.lease_until is None
    whole: Any = Books(books, [[relatie("a", "7")]])
    assert refresh(outside, whole)
    assert len(find(outside, books)) == 1


@pytest.mark.parametrize("offset", [0.0, 7200.0, None])
def test_a_quiet_hour_does_not_read_the_last_busy_minutes_again(
    outside: Outside, books: int, offset: float | None
) -> None:
    target: Any = Books(books, [[relatie("a", "7")]])
    list(read_all(outside, target))
    with outside.sessions.begin() as session:
        session.get_one(Connection, books).clock_offset_seconds = offset
    began = datetime.now(UTC).replace(tzinfo=None)
    for _ in range(2):
        assert refresh(outside, target)

    assert target.since[0] is None
    for since in target.since[1:]:
        if offset is None:
            assert since == BEFORE - BLIND_OVERLAP
        else:
            expected = began + timedelta(seconds=offset) - OVERLAP
            assert abs(since - expected) < timedelta(seconds=20)


@pytest.mark.parametrize(
    ("per_second", "expected"),
    [(3, OVERLAP), (5, timedelta(seconds=ONE_PAGE / 5)), (20, LEAST_OVERLAP)],
)
def test_after_a_busy_minute_a_delta_goes_back_as_far_as_one_page_reaches(
    outside: Outside, books: int, per_second: int, expected: timedelta
) -> None:
    began = datetime.now(UTC).replace(tzinfo=None)
    own = [
        relatie(str(n), str(n), Identity(), modified_on=began - timedelta(seconds=n / per_second))
        for n in range(180 * per_second)
    ]
    target: Any = Books(books, [own])
    list(read_all(outside, target))
    with outside.sessions.begin() as session:
        session.get_one(Connection, books).clock_offset_seconds = 0.0
    assert refresh(outside, target)

    assert abs(began - expected - target.since[-1]) < timedelta(seconds=20)


def test_only_one_process_reads_at_a_time(outside: Outside, books: int) -> None:
    inner: list[bool] = []
    second: Any = Books(books, [[]])
    first: Any = Books(books, [[]], lambda: inner.append(refresh(outside, second)))
    assert refresh(outside, first)
    assert inner == [False]


def test_a_number_is_in_use_whoever_holds_it_and_whether_active_or_not(outside: Outside, books: int) -> None:
    store(outside, books, relatie("a", "7", active=False))
    with outside.sessions.begin() as session:
        assert index.number_in_use(session, books, 7)
        assert not index.number_in_use(session, books, 8)
        index.forget(session, books, ["a"])
        assert not index.number_in_use(session, books, 7)
        session.execute(delete(TargetEntry).where(TargetEntry.connection_id == books))
