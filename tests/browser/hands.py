"""What the stories' people do outside Boekbrug's pages, in the CRM and in the books, and how each page is looked at."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from benchmarks.world import World
from models.words import Access
from tests.browser.accessible import assert_accessible
from tests.browser.conftest import Visitor
from tests.flows.sandbox_data import numbered_customer

SOON_SECONDS = 90
"""Generous: how fast a change comes across is measured elsewhere."""
SOON = SOON_SECONDS * 1000
FORGOTTEN = re.compile(r"\b(mapping|reviews?|issues?|relations?|undo|compare|reason|menu|field|log)\.[a-z_]+\b")
"""A code of the words on a page is a word that was forgotten."""


def look(visitor: Visitor, page: Page, name: str) -> None:
    """Hold a page against what every page owes its reader, and keep its picture."""
    visitor.picture(page, name)
    assert_accessible(page)
    expect(page.locator("main")).not_to_have_text(FORGOTTEN, use_inner_text=True)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{name} is too wide"


def look_on_phone(visitor: Visitor, role: Access, path: str, name: str) -> None:
    """Look at a page on a phone in the dark."""
    page = visitor.visit(role, phone=True, dark=True)
    page.goto(path)
    look(visitor, page, f"{name}-phone")


def enter_in_crm(world: World, number: int, name: str, **changes: Any) -> str:
    """Enter a customer in the CRM whose numbers nobody else has; returns its id."""
    return world.save(None, **numbered_customer(number, name=name, **changes))


def enter_in_books(world: World, **fields: Any) -> str:
    """Enter a customer in the books as a bookkeeper does; returns its id."""
    changes = {"relatiesoort": ["Klant"], **fields}
    return str(world.control("books", "POST", "edit", {"changes": changes})["id"])


def relatie(world: World, target_id: str) -> dict[str, Any]:
    """Return what the books hold of one relation."""
    return next(row for row in world.relaties() if row["id"] == target_id)


def mapping_of(world: World, record_id: str) -> int:
    """Return the id of a record's mapping, as soon as it stands and nothing is left to do."""

    def found() -> int:
        done = "NOT EXISTS (SELECT FROM sync_job WHERE record_id = :record AND state = 'due')"
        return world.count(
            f"SELECT min(id) FROM relation_mapping WHERE source_id = :record AND state = 'active' AND {done}",
            record=record_id,
        )

    return world.wait(found, SOON_SECONDS, "the relation does not come across")


def settled(world: World, record_id: str) -> None:
    """Wait until nothing is left to do for a record."""
    due = "SELECT count(*) FROM sync_job WHERE record_id = :record AND state = 'due'"
    world.wait(lambda: not world.count(due, record=record_id), SOON_SECONDS, "the work on the relation does not end")


def attempts_on(world: World, *record_ids: str) -> int:
    """Count how often records were looked at."""
    return world.count("SELECT count(*) FROM sync_log WHERE record_id = ANY(:records)", records=list(record_ids))


def look_again(world: World, record_id: str, **changes: Any) -> None:
    """Change a record in the CRM, and wait until Boekbrug has looked at it."""
    settled(world, record_id)
    before = attempts_on(world, record_id)
    world.save(record_id, **changes)
    world.wait(lambda: attempts_on(world, record_id) > before, SOON_SECONDS, "the change is not looked at")
    settled(world, record_id)


def target_of(world: World, mapping_id: int) -> str:
    """Return the target record that a mapping points to."""
    (row,) = world.rows("SELECT target_id FROM relation_mapping WHERE id = :id", id=mapping_id)
    return str(row[0])
