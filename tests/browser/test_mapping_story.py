"""A bookkeeper ties a CRM relation to another relation in the books, breaks the tie and takes that back."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from benchmarks.world import World
from models.words import Access
from tests.browser.conftest import Visitor
from tests.browser.hands import (
    SOON,
    SOON_SECONDS,
    enter_in_books,
    enter_in_crm,
    look,
    look_again,
    look_on_phone,
    mapping_of,
    relatie,
    target_of,
)

DONE = "Alles is verwerkt."


def find(page: Page, words: str, name: str) -> None:
    """Open a relation from the list."""
    page.goto("/mappings")
    page.get_by_label("Naam, id of nummer").fill(words)
    page.get_by_role("button", name="Filteren").click()
    page.get_by_role("link", name=name, exact=True).click()
    expect(page.locator("h1")).to_have_text(name)


def in_sync(page: Page) -> None:
    """Wait until the page says by itself that all is done."""
    expect(page.locator("#status [role=status]")).to_have_text(DONE, timeout=SOON)


def choose(page: Page, number: str, seen: Callable[[], None] = lambda: None) -> None:
    """Search the books for a number, look at what was found, and open what choosing that relation would do."""
    page.get_by_role("link", name="Andere relatie kiezen").click()
    page.get_by_label("Naam, id of nummer").fill(number)
    page.get_by_role("button", name="Zoeken", exact=True).click()
    link = page.get_by_role("link", name=f"Bekijk {number}")
    expect(link).to_be_visible()
    seen()
    link.click()


def test_another_relation_is_chosen_the_tie_broken_and_that_taken_back(visitor: Visitor, world: World) -> None:
    other = enter_in_books(world, naam="Zaagmeubels Tilburg", telefoon="0130000001", relatiecode=4101)
    record = enter_in_crm(world, 101, "Meubelmakerij De Zaag B.V.", phone="0131112233")
    mapping = mapping_of(world, record)
    former = target_of(world, mapping)
    before = relatie(world, former)
    page = visitor.visit(Access.OPERATOR)

    page.goto("/mappings")
    look(visitor, page, "mappings")
    find(page, "zaag meubelmakerij", "Meubelmakerij De Zaag B.V.")
    in_sync(page)
    look(visitor, page, "mapping")
    _refused_in_words(visitor, page, world)
    page.goto(f"/mappings/{mapping}")
    _seen_before_saving(visitor, page, f"/mappings/{mapping}/relink?target={other}")
    in_sync(page)

    now = relatie(world, other)
    assert (now["naam"], now["telefoon"]) == ("Meubelmakerij De Zaag B.V.", "0131112233")
    assert relatie(world, former) == before
    assert target_of(world, mapping) == other
    look(visitor, page, "mapping-relinked")
    _follows_live(page, world, record, other)
    _broken_and_restored(visitor, page, world, record, other)
    look_on_phone(visitor, Access.OPERATOR, f"/mappings/{mapping}", "mapping")
    look_on_phone(visitor, Access.VIEWER, "/mappings", "mappings")


def _seen_before_saving(visitor: Visitor, page: Page, preview: str) -> None:
    """See both sides and what will be overwritten, and save."""
    choose(page, "4101", seen=lambda: look(visitor, page, "mapping-found"))
    row = page.get_by_role("row", name="Telefoonnummer")
    for words in ("0131112233", "0130000001", "verschilt"):
        expect(row).to_contain_text(words)
    look(visitor, page, "mapping-preview")
    look_on_phone(visitor, Access.OPERATOR, preview, "mapping-preview")
    page.get_by_label("Reden").fill("stond dubbel in de boekhouding")
    page.get_by_role("button", name="Opslaan en synchroniseren").click()
    expect(page.get_by_text("Opgeslagen. De relatie wordt nu gesynchroniseerd")).to_be_visible()


def _refused_in_words(visitor: Visitor, page: Page, world: World) -> None:
    """Choose what does not exist and what belongs to another relation: both are refused and nothing changes."""
    taken = enter_in_crm(world, 102, "Slijterij De Kurk")
    held = target_of(world, mapping_of(world, taken))
    page.get_by_role("link", name="Andere relatie kiezen").click()
    for target, words in (
        ("00000000-0000-4000-8000-000000000000", "De boekhouding kent geen actieve relatie met dit id."),
        (held, "hoort al bij"),
    ):
        page.get_by_label("Id in de boekhouding").fill(target)
        page.get_by_role("button", name="Voorbeeld").click()
        expect(page.locator("p.notice.bad")).to_contain_text(words)
        expect(page.get_by_role("button", name="Opslaan en synchroniseren")).to_have_count(0)
    look(visitor, page, "mapping-refused")


def _follows_live(page: Page, world: World, record: str, target: str) -> None:
    """See a change in the CRM arrive on the open page, which is not loaded again."""
    page.evaluate("window.stayed = true")
    attempts = page.locator("#attempts tbody tr")
    seen = attempts.count()
    world.save(record, phone="0137654321")
    expect(attempts.nth(seen)).to_be_visible(timeout=SOON)
    in_sync(page)
    assert page.evaluate("window.stayed")
    assert relatie(world, target)["telefoon"] == "0137654321"


def _broken_and_restored(visitor: Visitor, page: Page, world: World, record: str, target: str) -> None:
    """Break the tie, see that the books are left alone, and take it back from the history."""
    page.get_by_role("link", name="Koppeling verbreken").first.click()
    look(visitor, page, "mapping-break")
    page.get_by_label("Reden").fill("even niet")
    page.get_by_role("button", name="Koppeling verbreken").click()
    expect(page.locator("#status")).to_contain_text("Doet niet mee.")
    look(visitor, page, "mapping-broken")
    look_again(world, record, phone="0139999999")
    expect(page.locator("#attempts tbody tr").first).to_contain_text("doet niet mee", timeout=SOON)
    assert relatie(world, target)["telefoon"] == "0137654321"

    page.locator("#history").get_by_role("link", name="Koppeling herstellen").click()
    look(visitor, page, "mapping-restore")
    page.get_by_role("button", name="Koppeling herstellen").click()
    expect(page.get_by_text("De koppeling is hersteld")).to_be_visible()
    in_sync(page)
    assert relatie(world, target)["telefoon"] == "0139999999"


def test_of_two_people_who_edit_one_relation_the_second_is_told(visitor: Visitor, world: World) -> None:
    enter_in_books(world, naam="Fietsen Eerste", relatiecode=4111)
    third = enter_in_books(world, naam="Fietsen Tweede", relatiecode=4112)
    record = enter_in_crm(world, 111, "Rijwielhandel Het Zadel")
    mapping = mapping_of(world, record)
    first, second = visitor.visit(Access.OPERATOR), visitor.visit(Access.OPERATOR)
    for page, number in ((first, "4111"), (second, "4112")):
        page.goto(f"/mappings/{mapping}")
        choose(page, number)
    first.get_by_role("button", name="Opslaan en synchroniseren").click()
    in_sync(first)
    chosen = target_of(world, mapping)

    second.get_by_role("button", name="Opslaan en synchroniseren").click()
    told = second.locator("p.notice.bad")
    expect(told).to_contain_text("Intussen heeft operator-")
    expect(told).to_contain_text("Er is niets gewijzigd")
    look(visitor, second, "mapping-second-editor")
    assert target_of(world, mapping) == chosen
    assert relatie(world, third)["naam"] == "Fietsen Tweede"


def test_another_relation_is_chosen_without_javascript(visitor: Visitor, world: World) -> None:
    other = enter_in_books(world, naam="Bloemen Oud", relatiecode=4121)
    record = enter_in_crm(world, 121, "Bloemisterij De Tulp")
    mapping = mapping_of(world, record)
    former = relatie(world, target_of(world, mapping))
    page = visitor.visit(Access.OPERATOR, javascript=False)

    find(page, "bloemisterij tulp", "Bloemisterij De Tulp")
    choose(page, "4121")
    page.get_by_role("button", name="Opslaan en synchroniseren").click()
    expect(page.get_by_text("Opgeslagen. De relatie wordt nu gesynchroniseerd")).to_be_visible()
    world.wait(lambda: relatie(world, other)["naam"] == "Bloemisterij De Tulp", SOON_SECONDS, "nothing was written")
    assert relatie(world, former["id"]) == former
    mapping_of(world, record)
    page.reload()
    in_sync(page)
