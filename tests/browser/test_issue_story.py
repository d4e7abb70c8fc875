"""A bookkeeper reads what went wrong and what to do, and sees it close by itself once it is put right in the CRM."""

from playwright.sync_api import Locator, Page, expect

from benchmarks.world import World
from models.words import Access
from tests.browser.conftest import Visitor
from tests.browser.hands import (
    SOON,
    SOON_SECONDS,
    attempts_on,
    enter_in_crm,
    look,
    look_on_phone,
    mapping_of,
    relatie,
    settled,
    target_of,
)

KVK = "/issues/cause?link=office&cause=check.kvk&field=kvk"
IBAN = "/issues/cause?link=office&cause=check.iban&field=iban"


def issue_of(world: World, record_id: str) -> int:
    """Return the open issue of a record, as soon as there is one."""
    query = "SELECT min(id) FROM issue WHERE record_id = :record AND closed_at IS NULL"
    return world.wait(lambda: world.count(query, record=record_id), SOON_SECONDS, "no issue is opened")


def row_of(page: Page, name: str) -> Locator:
    """Find a relation's row on a page of a cause."""
    return page.get_by_role("row").filter(has=page.get_by_role("link", name=name, exact=True))


def test_what_is_put_right_in_the_crm_closes_by_itself(visitor: Visitor, world: World) -> None:
    name = "Timmerbedrijf Het Anker"
    record = enter_in_crm(world, 301, name, coc_code="3000030")
    issue_of(world, record)
    page = visitor.visit(Access.OPERATOR)

    page.goto("/issues")
    look(visitor, page, "issues")
    look_on_phone(visitor, Access.OPERATOR, "/issues", "issues")
    card = page.locator(".card").filter(has_text="KvK")
    expect(card).to_contain_text("gebruiker van het CRM")
    expect(card).to_contain_text("Corrigeer het KvK-nummer in het CRM")
    card.get_by_role("link", name="Bekijk de relaties").click()
    expect(row_of(page, name)).to_contain_text("3000030")
    look(visitor, page, "issues-cause")
    look_on_phone(visitor, Access.OPERATOR, KVK, "issues-cause")

    page.evaluate("window.stayed = true")
    world.save(record, coc_code="30000301")
    expect(row_of(page, name)).to_have_count(0, timeout=SOON)
    assert page.evaluate("window.stayed")
    target = target_of(world, mapping_of(world, record))
    assert relatie(world, target)["kvkNummer"] == "30000301"
    page.goto("/issues/closed")
    closed = page.get_by_role("row").filter(has_text=name)
    expect(closed).to_contain_text("vanzelf, hersteld")
    look(visitor, page, "issues-closed")


def test_all_of_a_cause_is_tried_again_after_a_preview(visitor: Visitor, world: World) -> None:
    names = ("Glaszetter De Eik", "Glaszetter De Berk")
    records = [
        enter_in_crm(world, number, name, coc_code=f"300003{number}"[:7])
        for number, name in zip((311, 312), names, strict=True)
    ]
    for record in records:
        issue_of(world, record)
        settled(world, record)
    page = visitor.visit(Access.OPERATOR)
    page.goto(KVK)
    page.get_by_role("link", name="Alles opnieuw proberen").click()
    expect(page.locator("main")).to_contain_text("relaties worden opnieuw uit het CRM gelezen en verwerkt.")
    look(visitor, page, "issues-retry")
    tried = attempts_on(world, *records)
    page.get_by_role("button", name="Opnieuw proberen").click()
    expect(page.get_by_text("Opnieuw aangeboden.")).to_be_visible()
    world.wait(lambda: attempts_on(world, *records) >= tried + 2, SOON_SECONDS, "nothing was tried again")
    # What was not put right comes back, or rather stays.
    for name in names:
        expect(row_of(page, name)).not_to_contain_text("wordt opnieuw geprobeerd", timeout=SOON)
        expect(row_of(page, name)).to_have_count(1)


def test_an_issue_is_put_aside_with_a_reason_and_taken_back(visitor: Visitor, world: World) -> None:
    name = "Loodgieter De Linde"
    record = enter_in_crm(world, 321, name, bank_account="NL23DEMO9572460840")
    issue_of(world, record)
    page = visitor.visit(Access.OPERATOR)
    page.goto(IBAN)
    row_of(page, name).get_by_role("link", name="Terzijde leggen").click()
    look(visitor, page, "issues-ignore")
    page.get_by_label("Waarom?").fill("klant betaalt contant")
    page.get_by_role("button", name="Terzijde leggen").click()
    expect(page.get_by_text("Terzijde gelegd.", exact=True)).to_be_visible()
    expect(row_of(page, name)).to_contain_text("klant betaalt contant")
    look(visitor, page, "issues-put-aside")

    watching = visitor.visit(Access.VIEWER)
    watching.goto(IBAN)
    expect(row_of(watching, name)).to_contain_text("klant betaalt contant")
    for words in ("Opnieuw proberen", "Terzijde leggen", "Toch weer tonen"):
        expect(watching.get_by_text(words)).to_have_count(0)
    look(visitor, watching, "issues-viewer")

    row_of(page, name).get_by_role("button", name="Toch weer tonen").click()
    expect(page.get_by_text("De melding staat weer in de lijst.")).to_be_visible()
    expect(row_of(page, name)).not_to_contain_text("klant betaalt contant")
