"""What happened can be found again, taken along as a file, and is told by mail each week."""

import csv
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect

from benchmarks.world import World
from models.words import Access
from sync.digest import queue_digests
from tests.browser.conftest import OFFICE, Visitor
from tests.browser.hands import SOON_SECONDS, enter_in_crm, look, look_on_phone, mapping_of


def search(page: Page, words: str = "", outcome: str = "") -> None:
    """Fill the form of the log in and send it."""
    page.get_by_label("Id in CRM of boekhouding").fill(words)
    page.get_by_label("Uitkomst").select_option(label=outcome or "alles")
    page.get_by_role("button", name="Zoeken").click()


def test_the_log_is_searched_filtered_and_taken_along(visitor: Visitor, world: World) -> None:
    record = enter_in_crm(world, 941, "Klompenmakerij De Spaan B.V.")
    mapping_of(world, record)
    page = visitor.visit(Access.VIEWER)
    page.goto("/log")
    look(visitor, page, "log")
    look_on_phone(visitor, Access.VIEWER, "/log", "log")
    search(page, record, "aangemaakt")
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("aangemaakt")
    look(visitor, page, "log-found")
    with page.expect_download() as begun:
        page.get_by_role("link", name="Exporteren").click()
    with begun.value.path().open(encoding="utf-8-sig") as file:
        (line,) = csv.DictReader(file)
    assert (line["Id in het CRM"], line["Uitkomst"]) == (record, "aangemaakt")

    search(page, "organization:bestaat-niet")
    expect(page.get_by_text("Er is niets gevonden.")).to_be_visible()
    search(page, record)
    rows.filter(has_text="office").first.get_by_role("link").click()
    expect(page.locator("main")).to_contain_text("Klompenmakerij De Spaan B.V.")


def test_the_log_turns_pages(visitor: Visitor) -> None:
    page = visitor.visit(Access.VIEWER, javascript=False)
    page.goto("/log")
    newest = page.locator("tbody tr").first.inner_text()
    page.get_by_role("link", name="Volgende").click()
    expect(page.locator("tbody tr").first).not_to_have_text(newest, use_inner_text=True)
    page.get_by_role("link", name="Terug naar de nieuwste").click()
    expect(page.get_by_role("link", name="Terug naar de nieuwste")).to_have_count(0)


def test_the_week_is_told_by_mail(world: World) -> None:
    to = OFFICE.settings["digest_to"]
    zone = ZoneInfo(world.runtime.settings.timezone)
    today = datetime.now(zone).date()
    monday = datetime.combine(today - timedelta(days=today.weekday()), time(7, 1), zone)
    known = world.runtime.settings.model_copy(update={"smtp_url": world.environment["BOEKBRUG_SMTP_URL"]})
    assert queue_digests(replace(world.runtime.outside, settings=known), monday.astimezone(UTC)) <= 1

    mails = world.wait(lambda: world.control("mail", "GET", f"mails?to={to}"), SOON_SECONDS, "no mail came")
    assert len(mails) == 1
    assert world.web_url in mails[0]["text"]
    assert mails[0]["text"].startswith("Week ") and "What is open" in mails[0]["text"]
