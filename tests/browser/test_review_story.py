"""A bookkeeper answers doubtful matches: this one, or never; what was answered is remembered."""

from playwright.sync_api import Page, expect

from benchmarks.world import World
from models.words import Access
from tests.browser.conftest import Visitor
from tests.browser.hands import (
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


def like(name: str, street: str) -> dict[str, object]:
    """Return what a relatie has in common with the CRM record of that name: the name and the postcode, no number."""
    return {"naam": name, "vestigingsAdres": {"straat": street, "postcode": "4548 AW", "plaats": "Nijmegen"}}


def question_about(world: World, record_id: str) -> int:
    """Return the id of the open question about a record, as soon as it is asked."""
    query = "SELECT min(id) FROM review WHERE record_id = :record AND decided_at IS NULL AND superseded_at IS NULL"
    return world.wait(lambda: world.count(query, record=record_id), SOON_SECONDS, "no question is asked")


def open_question(page: Page, name: str) -> None:
    """Open a question from the list."""
    page.goto("/reviews")
    page.get_by_role("link", name=name, exact=True).click()
    expect(page.locator("h1")).to_have_text(name)


def save(page: Page) -> None:
    """Store the answer that was chosen."""
    page.get_by_role("button", name="Antwoord opslaan").click()
    expect(page.get_by_text("Opgeslagen; het wordt nu verwerkt.")).to_be_visible()


def test_one_of_two_candidates_is_the_one(visitor: Visitor, world: World) -> None:
    name = "Bakkerij De Wilg"
    other = enter_in_books(world, **like(name, "Kade 1"), telefoon="0240000001", relatiecode=4201)
    right = enter_in_books(world, **like(name, "Kade 2"), telefoon="0240000002", relatiecode=4202)
    record = enter_in_crm(world, 201, name, phone="0241112233")
    question_about(world, record)
    before = relatie(world, other)
    page = visitor.visit(Access.OPERATOR)

    _shown_side_by_side(visitor, page, name)
    page.get_by_role("radio", name="nummer 4202").check()
    page.get_by_label("Waarom?").fill("zelfde adres, oude telefoon")
    save(page)

    assert target_of(world, mapping_of(world, record)) == right
    assert relatie(world, right)["telefoon"] == "0241112233"
    assert relatie(world, other) == before
    assert [row["naam"] for row in world.relaties()].count(name) == 2
    page.goto("/reviews/decided")
    told = page.get_by_role("row").filter(has=page.get_by_role("link", name=name, exact=True))
    expect(told).to_contain_text("zelfde adres, oude telefoon")
    expect(told).to_contain_text("gekoppeld aan")
    look(visitor, page, "reviews-decided")
    look_on_phone(visitor, Access.VIEWER, "/reviews/decided", "reviews-decided")


def _shown_side_by_side(visitor: Visitor, page: Page, name: str) -> None:
    """Open the question and see each candidate beside the CRM record."""
    page.goto("/reviews")
    look(visitor, page, "reviews")
    open_question(page, name)
    look(visitor, page, "review")
    expect(page.get_by_role("heading", name="Kandidaat")).to_have_count(2)
    for phone in ("0240000001", "0240000002"):
        row = page.get_by_role("row", name=f"Telefoonnummer 0241112233 {phone} verschilt")
        expect(row).to_have_count(1)
    look_on_phone(visitor, Access.OPERATOR, page.url, "review")


def test_never_is_remembered_when_the_relation_changes(visitor: Visitor, world: World) -> None:
    name = "Drukkerij De Molen"
    target = enter_in_books(world, **like(name, "Kade 3"), telefoon="0240000003", relatiecode=4203)
    record = enter_in_crm(world, 203, name, phone="0241112244")
    question = question_about(world, record)
    before = relatie(world, target)
    page = visitor.visit(Access.OPERATOR, javascript=False)

    open_question(page, name)
    page.get_by_role("radio", name="Niet synchroniseren").check()
    save(page)
    expect(page.get_by_role("link", name=name, exact=True)).to_have_count(0)

    look_again(world, record, phone="0249998877")
    assert relatie(world, target) == before
    assert [row["naam"] for row in world.relaties()].count(name) == 1
    asked = "SELECT count(*) FROM review WHERE record_id = :record"
    assert world.count(asked, record=record) == 1

    page = visitor.visit(Access.VIEWER)
    page.goto(f"/reviews/{question}")
    expect(page.get_by_text("besloot: niet synchroniseren.")).to_be_visible()
    expect(page.get_by_role("button", name="Antwoord opslaan")).to_have_count(0)
    look(visitor, page, "review-answered")
