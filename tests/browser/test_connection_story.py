"""Books are connected by pasting keys; a pause holds everything and loses nothing; all can read what goes where."""

import re
from base64 import b64encode
from contextlib import suppress
from typing import Literal

from playwright.sync_api import Page, expect

from benchmarks.office import SECRETS
from benchmarks.world import World
from models.words import Access
from sync import pausing
from sync.audit import Actor
from sync.pausing import NotPaused
from tests.browser.conftest import Visitor
from tests.browser.hands import SOON, SOON_SECONDS, enter_in_crm, look, look_on_phone, mapping_of, relatie, target_of

REASON, TRIAL = "jaarafsluiting", "proef"


def paste(page: Page, world: World, koppelsleutel: str) -> None:
    """Fill the wizard's second step in and send it."""
    books = world.sandboxes["books"].url
    if not page.locator("#base_url").is_visible():
        page.get_by_text("Een ander adres gebruiken").click()
    page.get_by_label("Naam in Boekbrug").fill(TRIAL)
    page.get_by_label("Abonnementssleutel").fill(SECRETS["BENCH_BOOKS_KEY"])
    page.get_by_label("Koppelsleutel").fill(koppelsleutel)
    page.get_by_label("Adres van het systeem").fill(f"{books}/v2")
    page.get_by_label("Adres voor tokens").fill(f"{books}/b2b/token")
    page.get_by_role("button", name="Testen en verder").click()


def test_books_are_connected_by_pasting_keys(visitor: Visitor, world: World) -> None:
    page = visitor.visit(Access.ADMINISTRATOR)
    page.goto("/connections")
    look(visitor, page, "connections")
    page.get_by_role("link", name="Nieuwe verbinding").click()
    look(visitor, page, "connect-system")
    page.get_by_role("link", name="SnelStart").click()
    look(visitor, page, "connect-keys")
    wrong = b64encode(b"sandbox:geheim-dat-niet-klopt").decode()
    paste(page, world, wrong)
    expect(page.get_by_role("alert")).to_contain_text("Het lukte niet. Er is niets opgeslagen")
    assert wrong not in page.content()
    look(visitor, page, "connect-refused")
    assert not world.count("SELECT count(*) FROM connection WHERE name = 'proef'")

    paste(page, world, SECRETS["BENCH_BOOKS_KOPPELSLEUTEL"])
    expect(page.get_by_role("heading", name="Stap 3 van 3: klopt dit?")).to_be_visible()
    identity = page.locator("dt", has_text="Administratie of omgeving").locator("+ dd")
    expect(identity).to_have_text(re.compile(r"\w{3}"))
    look(visitor, page, "connect-confirm")
    look_on_phone(visitor, Access.ADMINISTRATOR, "/connections/proef", "connect-confirm")
    page.get_by_role("button", name="Opslaan").click()
    expect(page.get_by_text("De verbinding is opgeslagen en staat aan.")).to_be_visible()
    for key in ("BENCH_BOOKS_KEY", "BENCH_BOOKS_KOPPELSLEUTEL"):
        assert SECRETS[key] not in page.content()
    look(visitor, page, "connection-made")
    page.get_by_role("button", name="Verwijderen").click()
    expect(page.get_by_text("De verbinding is verwijderd.")).to_be_visible()


def pause(page: Page) -> None:
    """Fill the reason in and pause what the page shows."""
    page.get_by_label("Reden").fill(REASON)
    page.get_by_role("button", name="Pauzeren").click()
    expect(page.locator("#state")).to_contain_text(re.compile(f"Gepauzeerd door .*: {REASON}"))


def go_on(world: World, noun: Literal["connection", "link"], name: str) -> None:
    """Resume what a broken story left paused."""
    with suppress(NotPaused), world.runtime.sessions.begin() as session:
        pausing.resume(session, Actor("story", "command"), noun, name)


def test_a_connection_is_tested_paused_with_a_reason_and_goes_on(visitor: Visitor, world: World) -> None:
    page = visitor.visit(Access.OPERATOR)
    page.goto("/connections/tax")
    page.get_by_role("button", name="Test nu").click()
    expect(page.get_by_text("De test is geslaagd.")).to_be_visible()
    look(visitor, page, "connection-tested")
    try:
        pause(page)
        look(visitor, page, "connection-paused")
        page.goto("/")
        expect(page.locator("#connections")).to_contain_text("Nextens (tax) is gepauzeerd")
        page.goto("/connections")
        expect(page.get_by_role("row").filter(has_text="tax")).to_contain_text(REASON)
        page.goto("/connections/tax")
        page.get_by_role("button", name="Hervatten").click()
        expect(page.get_by_text("De verbinding gaat verder.")).to_be_visible()
        expect(page.locator("#state")).to_contain_text("werkt")
    finally:
        go_on(world, "connection", "tax")
    look_on_phone(visitor, Access.ADMINISTRATOR, "/connections/crm", "connection")


def test_a_paused_link_lets_changes_wait_and_loses_none(visitor: Visitor, world: World) -> None:
    record = enter_in_crm(world, 921, "Touwslagerij Pauze B.V.", phone="0249210000")
    target = target_of(world, mapping_of(world, record))
    page = visitor.visit(Access.OPERATOR)
    page.goto("/links")
    look(visitor, page, "links")
    page.get_by_role("link", name="office", exact=True).click()
    try:
        pause(page)
        look(visitor, page, "link-paused")
        world.save(record, phone="0249219999")
        heard = "SELECT count(*) FROM sync_job WHERE record_id = :id AND state = 'due'"
        world.wait(lambda: world.count(heard, id=record), SOON_SECONDS, "the change was not heard")
        assert relatie(world, target)["telefoon"] == "0249210000"
        page.goto("/")
        expect(page.locator("#links")).to_contain_text("office (gepauzeerd)")
        page.goto("/links/office")
        page.get_by_role("button", name="Hervatten").click()
        expect(page.get_by_text("De koppeling gaat verder")).to_be_visible()
    finally:
        go_on(world, "link", "office")
    world.wait(lambda: relatie(world, target)["telefoon"] == "0249219999", SOON_SECONDS, "the change was lost")


def test_everybody_can_read_which_field_becomes_which(visitor: Visitor, world: World) -> None:
    record = enter_in_crm(world, 931, "Wijnhandel De Kurk B.V.", phone="024-931 00 00")
    mapping_of(world, record)
    page = visitor.visit(Access.OPERATOR)
    page.goto("/links/office")
    rules = page.get_by_role("table").filter(has_text="Wat er gebeurt")
    expect(rules).to_contain_text("Alleen relaties met het vinkje")
    look(visitor, page, "link")
    look_on_phone(visitor, Access.VIEWER, "/links/office", "link")
    page.get_by_role("link", name="Welk veld wordt welk veld").click()
    page.get_by_label("Nummer (id) van de relatie in het CRM").fill(record)
    page.get_by_role("button", name="Laat zien").click()
    phone = page.get_by_role("row").filter(has_text="telefoon").first
    expect(phone).to_contain_text("024-931 00 00")
    page.get_by_role("button", name="Vraag ook wat er nu in de boekhouding staat").click()
    expect(page.get_by_role("columnheader", name="Staat er nu")).to_be_visible(timeout=SOON)
    look(visitor, page, "fields-preview")
    look_on_phone(visitor, Access.VIEWER, "/links/office/fields", "fields")
    for name, ending, holds in (("Document (Markdown)", ".md", "# "), ("Tabel (CSV)", ".csv", "naam")):
        with page.expect_download() as begun:
            page.get_by_role("link", name=name).click()
        assert begun.value.suggested_filename.endswith(ending)
        assert holds in begun.value.path().read_text("utf-8-sig")


def test_an_unknown_record_and_a_missing_reason_are_refused_in_words(visitor: Visitor) -> None:
    page = visitor.visit(Access.OPERATOR, javascript=False)
    page.goto("/links/clients/fields?record=organization:bestaat-niet")
    expect(page.get_by_role("alert")).to_contain_text("Deze relatie is hier (nog) niet bekend.")
    token = page.locator("header [name=csrf]").get_attribute("value") or ""
    given: dict[str, str | float | bool] = {"csrf": token, "reason": " "}
    answer = page.request.post("/links/clients/pause", form=given, headers={"accept-language": "nl"})
    assert answer.status == 422
    assert "Geef een reden op, in hooguit 300 tekens." in answer.text()
