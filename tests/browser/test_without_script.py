"""Every page of the menu works in a browser that runs no script: it is read, its forms are there, and they post."""

import pytest
from playwright.sync_api import expect

from models.words import Access
from tests.browser.conftest import Visitor
from web.navigation import MENU, Entry


@pytest.mark.parametrize("entry", MENU, ids=[entry.path for entry in MENU])
def test_a_page_of_the_menu_works_without_script(visitor: Visitor, entry: Entry) -> None:
    page = visitor.visit(Access.ADMINISTRATOR, javascript=False)
    page.goto(entry.path)
    expect(page.locator("header nav [aria-current=page]")).to_have_count(1)
    for form in page.locator("main form").all():
        assert form.locator("button").count()
    first = page.locator("main form[method=get] button").first
    if first.count():
        first.click()
        expect(page.locator("header nav [aria-current=page]")).to_have_count(1)
    expect(page.locator("[data-copy]:visible, [data-all]:visible")).to_have_count(0)


def test_a_deed_is_done_without_script(visitor: Visitor) -> None:
    page = visitor.visit(Access.OPERATOR, javascript=False)
    page.goto("/connections/tax")
    page.get_by_role("button", name="Test nu").click()
    expect(page.get_by_role("status")).to_contain_text("De test is geslaagd.")
    page.goto("/")
    page.get_by_role("button", name="Nu vergelijken").click()
    expect(page.locator("h1")).to_contain_text("Vergelijking van")
