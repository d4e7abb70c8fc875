"""Every page of the menu opens for who may see it, without a violation that axe can find."""

import pytest

from benchmarks.world import World
from models.words import Access
from tests.browser.accessible import assert_accessible
from tests.browser.conftest import Visitor
from web.navigation import MENU


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_the_pages_of_the_menu_are_accessible(visitor: Visitor, world: World, phone: bool) -> None:
    page = visitor.visit(Access.ADMINISTRATOR, phone=phone, dark=phone)
    for entry in MENU:
        page.goto(entry.path)
        assert page.locator("h1").inner_text()
        assert_accessible(page)
        visitor.picture(page, f"{entry.path.strip('/') or 'overview'}{'-phone' if phone else ''}")
