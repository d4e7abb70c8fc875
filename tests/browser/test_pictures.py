"""Make the README's pictures, into the folder that BOEKBRUG_PICTURES names; without it the same pages are only opened.

For a picture the plots get a day that never was: its numbers are generated, as is every name on the pages.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

from playwright.sync_api import Page
from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from benchmarks.office import REAL_BOOKS
from benchmarks.world import World
from models.tables import BudgetSample, Pulse
from models.words import Access
from tests.browser.conftest import PICTURES, Visitor
from tests.browser.hands import (
    SOON_SECONDS,
    enter_in_books,
    enter_in_crm,
    look,
    mapping_of,
    relatie,
    target_of,
)

WIDTH = 1280
TALLEST = {"overview": 1400}
ELSE_TALLEST = 1020
LARGEST = 250_000
"""Bytes: a README is read on slow lines too."""
MINUTES = 24 * 60


def test_the_pages_of_the_readme(visitor: Visitor, world: World) -> None:
    record = enter_in_crm(world, 951, "Meubelmakerij De Linde B.V.", phone="0249510000")
    other = enter_in_books(world, naam="Meubelmakerij de Linde", telefoon="0249510001", relatiecode=4951)
    mapping = mapping_of(world, record)
    world.save(record, phone="0249510002")
    target = target_of(world, mapping)
    world.wait(lambda: relatie(world, target)["telefoon"] == "0249510002", SOON_SECONDS, "the change does not arrive")
    pages = addresses(world, record, mapping, other)
    page = visitor.visit(Access.OPERATOR, name="Noor")
    with alive(world):
        for name, path in pages.items():
            page.goto(path)
            look(visitor, page, f"readme-{name}")
            if PICTURES:
                keep(page, Path(PICTURES) / f"{name}.png")


def addresses(world: World, record: str, mapping: int, other: str) -> dict[str, str]:
    """Return where each picture is taken."""
    link = world.count("SELECT id FROM link WHERE name = 'office'")
    review = world.count("SELECT min(id) FROM review WHERE decision IS NULL AND superseded_at IS NULL")
    return {
        "overview": "/?span=day",
        "mappings": "/mappings",
        "relink": f"/mappings/{mapping}/relink?target={other}",
        "review": f"/reviews/{review}" if review else "/reviews",
        "issues": "/issues",
        "timeline": f"/relations/{link}/{quote(record)}",
        "connections": "/connections",
    }


def keep(page: Page, path: Path) -> None:
    """Write one picture: the whole width, and of a long page its upper part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    height = int(page.evaluate("document.querySelector('main').getBoundingClientRect().bottom + scrollY"))
    shown = {"x": 0, "y": 0, "width": WIDTH, "height": min(height, TALLEST.get(path.stem, ELSE_TALLEST))}
    page.screenshot(path=path, full_page=True, clip=shown)  # type: ignore[arg-type]
    assert path.stat().st_size < LARGEST, f"{path.name} has {path.stat().st_size} bytes"


@contextmanager
def alive(world: World) -> Iterator[None]:
    """Give the plots a day, as long as pictures are taken."""
    if not PICTURES:
        yield
        return
    forget(world)
    begin_day(world, world.count("SELECT id FROM connection WHERE name = 'books'"))
    try:
        yield
    finally:
        forget(world)


def forget(world: World) -> None:
    """Empty the plots."""
    with world.runtime.sessions.begin() as session:
        session.execute(delete(Pulse))
        session.execute(delete(BudgetSample))


def begin_day(world: World, connection: int) -> None:
    """Fill a day's minutes with a made-up office day: busy mornings and afternoons, a quiet night."""
    link = world.count("SELECT id FROM link WHERE name = 'office'")
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    moments = [now - timedelta(minutes=number) for number in range(1, MINUTES)]
    busy = [_busy(at) for at in moments]
    pulses = [_pulse(link, at, share) for at, share in zip(moments, busy, strict=True)]
    samples = [
        _sample(connection, at, sum(busy[place : place + 60]) / 60)
        for place, at in enumerate(moments)
        if place < MINUTES - 60
    ]
    with world.runtime.sessions.begin() as session:
        session.execute(insert(Pulse).on_conflict_do_nothing(), pulses)
        session.execute(insert(BudgetSample).on_conflict_do_nothing(), samples)


def _busy(at: datetime) -> float:
    """Return how busy a minute is, from 0 to 1."""
    hour = at.hour + at.minute / 60
    waves = math.exp(-((hour - 9.5) ** 2) / 3) + 0.8 * math.exp(-((hour - 14.5) ** 2) / 4)
    return min(1.0, waves * (0.8 + 0.2 * math.sin(at.minute * 1.7 + at.hour)))


def _pulse(link: int, at: datetime, busy: float) -> dict[str, Any]:
    written = round(7 * busy)
    waited = {"waited_p50_ms": 420 + round(300 * busy), "waited_p95_ms": 900 + round(1500 * busy)}
    return {
        "link_id": link, "minute": at, "attempts": written + 2, "written": written,
        "failed": int(written > 3 and at.minute % 17 == 0), "source_calls": written + 2, "target_calls": 3 * written,
        **(waited if written else {"waited_p50_ms": None, "waited_p95_ms": None}),
    }  # fmt: skip


def _sample(connection: int, at: datetime, busy: float) -> dict[str, Any]:
    used, most = round(3800 * busy), REAL_BOOKS["hour"]
    return {"connection_id": connection, "window": "hour", "minute": at, "used": used, "left": most - used}
