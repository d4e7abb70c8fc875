"""A bookkeeper follows a relation from hook to answer, and undoes what the last sync overwrote."""

from playwright.sync_api import Page, expect

from benchmarks.world import World
from models.words import Access
from tests.browser.conftest import Visitor
from tests.browser.hands import SOON, SOON_SECONDS, enter_in_crm, look, look_on_phone, mapping_of, relatie, target_of


def change(world: World, record: str, target: str, phone: str) -> None:
    """Change the telephone number in the CRM and wait until the books hold it."""
    world.save(record, phone=phone)
    world.wait(lambda: relatie(world, target)["telefoon"] == phone, SOON_SECONDS, "the change does not arrive")
    mapping_of(world, record)


def undo_last(page: Page) -> None:
    """Open the undo of the newest overwrite."""
    page.get_by_role("link", name="Ongedaan maken").first.click()
    expect(page.locator("h1")).to_have_text("Ongedaan maken")


def test_what_the_last_sync_overwrote_is_put_back(visitor: Visitor, world: World) -> None:
    name = "Rozenkwekerij De Roos"
    record = enter_in_crm(world, 401, name, phone="0401110000")
    mapping = mapping_of(world, record)
    target = target_of(world, mapping)
    change(world, record, target, "0402220000")
    change(world, record, target, "0403330000")
    page = visitor.visit(Access.OPERATOR)

    _followed(visitor, page, mapping)
    undo_last(page)
    expect(page.get_by_role("row", name="Telefoonnummer")).to_contain_text("wordt teruggezet")
    look(visitor, page, "undo")
    look_on_phone(visitor, Access.OPERATOR, page.url, "undo")
    page.get_by_label("Reden").fill("het oude nummer was goed")
    page.get_by_role("button", name="Zet terug").click()
    expect(page.locator("p.notice").first).to_contain_text("teruggezet")
    newest = page.locator("article").first
    expect(newest).to_contain_text("0402220000", timeout=SOON)
    assert relatie(world, target)["telefoon"] == "0402220000"
    look(visitor, page, "timeline-undone")

    _unchanged_stays(page, world, record, target)


def _followed(visitor: Visitor, page: Page, mapping: int) -> None:
    """Read the timeline of the last change, from hook to answer."""
    page.goto(f"/mappings/{mapping}")
    page.get_by_role("link", name="Alles over deze relatie").click()
    block = page.locator("article").filter(has_text="0403330000").first
    for step in ("Gehoord:", "Besluit: bijgewerkt", "Verzoek: bijwerken", "gelukt"):
        expect(block).to_contain_text(step)
    # The poll may be the one that the work is put down to, if it looked at the same moment.
    expect(page.locator("#story")).to_contain_text("Gehoord: het CRM meldde een wijziging")
    row = block.get_by_role("row", name="Telefoonnummer")
    expect(row).to_contain_text("0402220000")
    expect(row).to_contain_text("0403330000")
    look(visitor, page, "timeline")
    look_on_phone(visitor, Access.OPERATOR, page.url, "timeline")


def _unchanged_stays(page: Page, world: World, record: str, target: str) -> None:
    """Synchronise the record as it is: what was put back is left alone, until the CRM changes it again."""
    nothing = "SELECT count(*) FROM sync_log WHERE record_id = :record AND outcome = 'nothing'"
    mapping_of(world, record)
    seen = world.count(nothing, record=record)
    page.get_by_role("button", name="Synchroniseer nu").click()
    expect(page.get_by_text("De relatie wordt nu verwerkt.")).to_be_visible()
    world.wait(lambda: world.count(nothing, record=record) > seen, SOON_SECONDS, "the record was not looked at")
    expect(page.locator("article").first).to_contain_text("niets te doen", timeout=SOON)
    assert relatie(world, target)["telefoon"] == "0402220000"
    change(world, record, target, "0404440000")
