"""The first administrator signs in and lets others in; each may do what their role allows, and it is written down."""

from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

from playwright.sync_api import Page, expect

from benchmarks.world import World
from models.words import Access
from tests.browser.conftest import Visitor, command
from tests.browser.hands import look, look_on_phone

FIRST = "vier losse woorden genoeg"
OWN = "nog vier andere woorden"
WRONG = "Naam en wachtwoord horen niet bij elkaar."
OUT = "U bent afgemeld."
DUTCH = {"accept-language": "nl"}


def called(name: str) -> str:
    """Return a name that nobody else has."""
    return f"{name} {uuid4().hex[:4]}"


def first_administrator(world: World, folder: Path, name: str) -> None:
    """Make an administrator as somebody who installs Boekbrug does."""
    secret = folder / "password"
    secret.write_text(FIRST)
    command(world, "users", "add", name, "--role", "administrator", "--password-file", str(secret))


def fill_in(page: Page, name: str, password: str) -> None:
    """Fill the form in and send it."""
    page.get_by_label("Gebruikersnaam").fill(name)
    page.get_by_label("Wachtwoord").fill(password)
    page.get_by_role("button", name="Aanmelden").click()


def add(page: Page, name: str, role: str) -> str:
    """Add a user on the page; returns the password that is shown once."""
    page.goto("/users")
    page.get_by_label("Gebruikersnaam").fill(name)
    page.get_by_label("Rol").select_option(role)
    page.get_by_role("button", name="Gebruiker toevoegen").click()
    expect(page.get_by_text("Het wordt nu getoond en daarna nooit meer.")).to_be_visible()
    return page.locator(".notice code").inner_text()


def choose_own(page: Page, name: str, once: str) -> None:
    """Sign in with a password for one use, and choose another as the page asks."""
    page.goto("/sign-in")
    fill_in(page, name, once)
    expect(page.get_by_text("Uw wachtwoord is eenmalig.")).to_be_visible()
    page.get_by_label("Huidig wachtwoord").fill(once)
    page.get_by_label("Nieuw wachtwoord", exact=True).fill(OWN)
    page.get_by_label("Nieuw wachtwoord, nogmaals").fill(OWN)
    page.locator("form[action='/me/password'] button").click()
    expect(page.get_by_text("Uw wachtwoord is gewijzigd.")).to_be_visible()


def test_people_are_let_in_and_what_they_did_is_written_down(visitor: Visitor, world: World, tmp_path: Path) -> None:
    first, operator, viewer = called("Noor Beheer"), called("Oscar Bediener"), called("Vera Kijker")
    first_administrator(world, tmp_path, first)
    page = visitor.visit(None)
    page.goto("/users")
    expect(page.locator("h1")).to_have_text("Aanmelden")
    look(visitor, page, "sign-in")
    fill_in(page, first, "dit is het verkeerde woord")
    expect(page.get_by_role("alert")).to_contain_text(WRONG)
    assert page.get_by_label("Wachtwoord").input_value() == ""
    look(visitor, page, "sign-in-refused")
    fill_in(page, first, FIRST)
    expect(page.locator("h1")).to_have_text("Gebruikers")

    once = {name: add(page, name, role) for name, role in ((operator, "operator"), (viewer, "viewer"))}
    look(visitor, page, "user-added")
    page.goto(f"/users?after={quote(viewer[:-1])}")
    page.get_by_role("link", name=viewer).click()
    expect(page.get_by_text(once[viewer])).to_have_count(0)
    _works_and_is_shown_out(visitor, operator, once[operator])
    _only_looks(visitor, world, viewer, once[viewer])
    _is_written_down(visitor, page, first, operator)
    page.get_by_role("button", name="Afmelden").click()
    expect(page.get_by_text(OUT)).to_be_visible()
    page.goto("/users")
    expect(page.locator("h1")).to_have_text("Aanmelden")


def _works_and_is_shown_out(visitor: Visitor, name: str, once: str) -> None:
    page = visitor.visit(None)
    choose_own(page, name, once)
    look(visitor, page, "me")
    page.goto("/connections/tax")
    expect(page.get_by_role("button", name="Pauzeren")).to_be_visible()
    page.goto("/users")
    expect(page.get_by_text("Hier heeft u met uw rol geen toegang toe.")).to_be_visible()
    page.get_by_role("button", name="Afmelden").click()
    expect(page.get_by_text(OUT)).to_be_visible()


def _only_looks(visitor: Visitor, world: World, name: str, once: str) -> None:
    page = visitor.visit(None)
    choose_own(page, name, once)
    for path in ("/", "/connections", "/connections/tax", "/links/office", "/issues", "/reviews"):
        page.goto(path)
        posts = page.locator("main form[method=post]")
        expect(posts, f"{path} offers a viewer to do something").to_have_count(0)
        look(visitor, page, f"viewer{path.replace('/', '-')}")
    page.goto("/mappings")
    expect(page.get_by_label("Met de gekozen relaties").locator("option")).to_have_text(["Exporteren"])
    token = page.locator("header [name=csrf]").get_attribute("value") or ""
    answer = page.request.post("/connections/tax/pause", form={"csrf": token, "reason": "zomaar"}, headers=DUTCH)
    assert answer.status == 403
    assert "Hier heeft u met uw rol geen toegang toe." in answer.text()
    assert not world.count("SELECT count(*) FROM audit WHERE by = :name AND action LIKE 'connection%'", name=name)
    page.goto("/audit")
    expect(page.get_by_text("Hier heeft u met uw rol geen toegang toe.")).to_be_visible()
    look(visitor, page, "refused")


def _is_written_down(visitor: Visitor, page: Page, first: str, operator: str) -> None:
    page.goto("/audit")
    look(visitor, page, "audit")
    page.get_by_label("Door").fill(first)
    page.get_by_role("button", name="Filteren").click()
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(3)
    for place, deed in enumerate(("gebruiker toegevoegd", "gebruiker toegevoegd", "aangemeld")):
        expect(rows.nth(place)).to_contain_text(deed)
    page.goto(f"/audit?by={quote(operator)}")
    expect(page.locator("tbody")).to_contain_text("wachtwoord gewijzigd")


def test_the_form_lets_people_in_without_javascript(visitor: Visitor, world: World, tmp_path: Path) -> None:
    name = called("Sam Zonder")
    first_administrator(world, tmp_path, name)
    page = visitor.visit(None, javascript=False)
    page.goto("/")
    fill_in(page, name, "dit is het verkeerde woord")
    expect(page.get_by_role("alert")).to_contain_text(WRONG)
    fill_in(page, name, FIRST)
    expect(page.locator("h1")).to_have_text("Overzicht")
    page.get_by_role("button", name="Afmelden").click()
    expect(page.get_by_text(OUT)).to_be_visible()


def test_the_language_follows_the_reader(visitor: Visitor) -> None:
    page = visitor.visit(Access.VIEWER)
    page.goto("/")
    page.get_by_role("link", name="English").click()
    expect(page.locator("h1")).to_have_text("Overview")
    page.get_by_role("link", name="Log", exact=True).click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    look(visitor, page, "log-english")
    page.get_by_role("link", name="Nederlands").click()
    expect(page.locator("h1")).to_have_text("Logboek")
    page.goto("/me")
    page.get_by_role("combobox", name="Taal van de pagina's").select_option("en")
    page.get_by_role("button", name="Opslaan").last.click()
    expect(page.locator("h1")).to_have_text("My details")
    page.get_by_role("combobox", name="Language of the pages").select_option("nl")
    page.get_by_role("button", name="Save").last.click()
    expect(page.get_by_text("De taal is opgeslagen.")).to_be_visible()


def test_a_token_is_shown_once_and_lets_an_application_read(visitor: Visitor) -> None:
    page, planning = visitor.visit(Access.ADMINISTRATOR), called("Planning van het kantoor")
    page.goto("/users")
    page.get_by_role("link", name="Tokens voor andere programma's").click()
    page.get_by_label("Voor welk programma").fill(planning)
    page.get_by_label("lezen").check()
    page.get_by_role("button", name="Token maken").click()
    expect(page.get_by_text("Het wordt daarna nooit meer getoond.")).to_be_visible()
    token = page.locator(".notice code").inner_text()
    look(visitor, page, "token-made")
    page.goto("/tokens")
    expect(page.get_by_text(token)).to_have_count(0)
    look_on_phone(visitor, Access.ADMINISTRATOR, "/tokens", "tokens")

    asking = {"authorization": f"Bearer {token}"}
    assert page.request.get("/api/overview", headers=asking).ok
    row = page.get_by_role("row").filter(has_text=planning)
    row.get_by_role("button", name="Intrekken").click()
    expect(page.get_by_text("Het token is ingetrokken.")).to_be_visible()
    assert page.request.get("/api/overview", headers=asking).status == 401
