"""A whole office with real workers, and a real browser in front of it; started once for all stories."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from benchmarks.office import REAL_BOOKS, REAL_CRM, WIDE_BOOKS, WIDE_CRM, WIDE_TAX, Office
from benchmarks.world import World, open_world
from models.words import Access
from tests.browser.chromium import ARGUMENTS, MISSING, chromium
from tests.web.people import sign_in

PICTURES = os.environ.get("BOEKBRUG_PICTURES")
"""Folder of the README's pictures, when those are made; they show the limits of production."""
LIMITS = (REAL_CRM, REAL_BOOKS, {"minute": 60, "concurrent": 4}) if PICTURES else (WIDE_CRM, WIDE_BOOKS, WIDE_TAX)
RECIPE = {
    "relations": 60,
    "in_books": 15,
    "wrong": 0.1,
    "doubles": 0.05,
    "unticked": 0.1,
    "seed": 4,
    "to_nextens": 0.2,
    "in_nextens_by_number": 2,
    "in_nextens_by_name": 1,
}
OFFICE = Office(
    crm_limits=LIMITS[0],
    books_limits=LIMITS[1],
    tax_limits=LIMITS[2],
    poll_seconds=15 if PICTURES else 2,
    recipe=RECIPE,
    workers=1,
    mail=True,
    fsync=False,
    settings={
        "deadline_seconds": 5,
        "settle_seconds": 2,
        "lease_seconds": 15,
        "allow_hosts": "127.0.0.1",  # So that a page may lead a new connection to the stand-ins.
        "digest_to": "kantoor@kantoor.example",
    },
)
COME_ACROSS_SECONDS = 240
"""Generous: how fast it is, is measured elsewhere."""
PATIENCE = 20_000
"""Milliseconds that a page may take where nothing but the page is waited for: generous for a busy machine."""
PHONE = {"width": 390, "height": 844}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the first story wait for the office."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.timeout(2 * COME_ACROSS_SECONDS))


@pytest.fixture(scope="session")
def executable() -> str:
    """Return the browser's path, or skip what needs one."""
    found = chromium()
    if found is None:
        pytest.skip(MISSING)
    return found


@pytest.fixture(scope="session")
def world(executable: str) -> Iterator[World]:
    """Run an office whose relations have all come across, some of them with trouble."""
    with open_world(OFFICE) as opened:
        for link in ("office", "clients"):
            run = opened.command("backfill", link)
            said, failed = run.communicate(timeout=COME_ACROSS_SECONDS)
            assert run.returncode in (0, 1), said + failed
        opened.wait(lambda: not opened.jobs_left(), COME_ACROSS_SECONDS, "the relations did not come across")
        yield opened


@pytest.fixture(scope="session")
def chrome(executable: str) -> Iterator[Browser]:
    """Start one browser for all stories."""
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        yield browser
        browser.close()


class Visitor:
    """Open pages as one signed-in person."""

    def __init__(self, chrome: Browser, world: World, pictures: Path) -> None:
        """Use one browser and one office."""
        self._chrome, self._world, self._pictures = chrome, world, pictures
        self._contexts: list[BrowserContext] = []

    def visit(
        self, role: Access | None, *, javascript: bool = True, phone: bool = False, dark: bool = False, name: str = ""
    ) -> Page:
        """Return a page of a fresh browser profile in Dutch, signed in with a role, or not at all."""
        context = self._chrome.new_context(
            base_url=self._world.web_url,
            locale="nl-NL",
            timezone_id="Europe/Amsterdam",
            java_script_enabled=javascript,
            color_scheme="dark" if dark else "light",
            viewport={"width": PHONE["width"], "height": PHONE["height"]} if phone else {"width": 1280, "height": 900},
        )
        self._contexts.append(context)
        if role is not None:
            signed_in = sign_in(self._world.runtime, self._world.web_url, role, name)
            context.add_cookies([{"name": "boekbrug", "value": signed_in.token, "url": self._world.web_url}])
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        return page

    def picture(self, page: Page, name: str) -> None:
        """Keep a picture of the whole page."""
        page.screenshot(path=self._pictures / f"{name}.png", full_page=True)

    def close(self) -> None:
        """Close every profile."""
        for context in self._contexts:
            context.close()


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder that the pictures of this run go to."""
    return tmp_path_factory.mktemp("pictures")


@pytest.fixture
def visitor(chrome: Browser, world: World, pictures: Path) -> Iterator[Visitor]:
    """Return somebody who opens pages; the profiles end with the story."""
    made = Visitor(chrome, world, pictures)
    yield made
    made.close()


def command(world: World, *arguments: str) -> str:
    """Run `boekbrug ...` on the office and return what it said."""
    run: subprocess.Popen[str] = world.command(*arguments)
    said, failed = run.communicate(timeout=COME_ACROSS_SECONDS)
    assert run.returncode == 0, said + failed
    return said
