"""The overview answers whether everything is in: while the books are away, after they came back, and after a drift."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, expect

from benchmarks.world import World
from models.words import Access
from sync.pulses import beat
from tests.browser.conftest import Visitor
from tests.browser.hands import SOON, SOON_SECONDS, enter_in_crm, look, look_on_phone, mapping_of, relatie, target_of

AWAY = re.compile(
    r"SnelStart \(books\) is onbereikbaar sinds \d\d:\d\d; \d+ wijziging(en)? wacht(en)?; volgende poging \d\d:\d\d"
)


@contextmanager
def books_away(world: World) -> Iterator[None]:
    """Let the books refuse everything for a while."""
    world.control("books", "POST", "outage", {"until_cleared": True, "kind": "refuse_503"})
    try:
        yield
    finally:
        world.control("books", "DELETE", "outage")
        query = "SELECT count(*) FROM connection WHERE name = 'books' AND state = 'active'"
        world.wait(lambda: world.count(query), SOON_SECONDS, "the books do not come back")


def test_the_page_says_by_itself_that_the_books_are_away_and_back(visitor: Visitor, world: World) -> None:
    names = ["Rietdekkerij Verweg B.V.", "Rietdekkerij Nabij B.V."]
    records = [enter_in_crm(world, 901 + place, name) for place, name in enumerate(names)]
    targets = [target_of(world, mapping_of(world, record)) for record in records]
    page = visitor.visit(Access.VIEWER)
    page.goto("/")
    expect(page.locator("#connections")).to_contain_text("SnelStart (books) werkt")
    with books_away(world):
        for place, record in enumerate(records):
            world.save(record, phone=f"024900000{place}")
        expect(page.locator("#answer")).to_contain_text(AWAY, timeout=SOON)
        expect(page.locator("#answer .lead")).to_contain_text("wacht")
        look(visitor, page, "overview-away")
        look_on_phone(visitor, Access.VIEWER, "/", "overview-away")
    expect(page.locator("#connections")).to_contain_text("SnelStart (books) werkt", timeout=SOON)
    expect(page.locator("#answer .lead")).not_to_contain_text("wacht", timeout=SOON)
    assert [relatie(world, target)["telefoon"] for target in targets] == ["0249000000", "0249000001"]
    look(visitor, page, "overview-back")


def test_a_comparison_finds_a_drift_and_one_click_repairs_it(visitor: Visitor, world: World) -> None:
    record = enter_in_crm(world, 911, "Drukkerij De Letter B.V.", phone="0249110000")
    target = target_of(world, mapping_of(world, record))
    world.control("books", "POST", "edit", {"id": target, "changes": {"telefoon": "0240000000"}})
    page = visitor.visit(Access.OPERATOR)
    page.goto("/")
    page.locator("#compare-link").select_option(label="office")
    page.get_by_role("button", name="Nu vergelijken").click()
    expect(page.locator("h1")).to_have_text("Vergelijking van office")
    expect(page.locator("#state")).to_contain_text("Afgerond op", timeout=SOON)
    report = page.url.partition("?")[0]
    drifted = page.locator("#rows").get_by_role("row").filter(has_text="Drukkerij De Letter B.V.")
    expect(drifted).to_contain_text("verschilt")
    expect(drifted).to_contain_text("Telefoonnummer")
    look(visitor, page, "comparison")
    look_on_phone(visitor, Access.OPERATOR, report, "comparison")
    assert relatie(world, target)["telefoon"] == "0240000000"

    page.get_by_role("link", name="Herstellen").click()
    expect(page.locator("main")).to_contain_text("Dit gebeurt er als u bevestigt.")
    look(visitor, page, "repair")
    page.get_by_role("button", name="Bevestigen").click()
    expect(page.get_by_text("Het herstel staat klaar")).to_be_visible()
    world.wait(lambda: relatie(world, target)["telefoon"] == "0249110000", SOON_SECONDS, "nothing was repaired")
    expect(page.locator("#state")).to_contain_text("Herstel gestart op")
    _is_linked(visitor, page, report)


def _is_linked(visitor: Visitor, page: Page, report: str) -> None:
    """See that the overview leads to the report, and that the report goes along as a file."""
    page.goto("/")
    expect(page.locator("#links a[href^='/reconciliations/']").first).to_be_visible()
    look(visitor, page, "overview-compared")
    page.goto(report)
    with page.expect_download() as begun:
        page.get_by_role("link", name="Exporteren").click()
    assert "Drukkerij" not in begun.value.path().read_text("utf-8-sig")
    assert "verschilt" in begun.value.path().read_text("utf-8-sig")


def test_the_plots_of_hour_and_day_have_their_numbers_in_tables(visitor: Visitor, world: World) -> None:
    beat(world.runtime.outside)
    page = visitor.visit(Access.VIEWER)
    for label, span in (("Laatste uur", "hour"), ("Laatste dag", "day")):
        page.goto("/")
        page.get_by_label("Periode").select_option(label=label)
        page.get_by_role("button", name="Tonen").click()
        expect(page).to_have_url(re.compile(f"span={span}"))
        expect(page.locator("svg.plot")).to_have_count(3)
        written = page.locator(".plots .card").filter(has_text="Verwerkt per")
        written.get_by_text("Als tabel").click()
        expect(written.locator("tbody tr").first).to_be_visible()
        assert any(cell != "0" for cell in written.locator("tbody tr td:nth-child(2)").all_inner_texts())
        look(visitor, page, f"overview-{span}")
