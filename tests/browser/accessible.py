"""Hold a page against the rules of WCAG 2.2 AA with axe-core, as far as a program can."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def assert_accessible(page: Page) -> None:
    """Fail with every violation and the elements it was found at."""
    found = Axe().run(page, options=RULES).response["violations"]
    told = [f"{one['id']}: {one['help']}: {[node['html'][:160] for node in one['nodes']]}" for one in found]
    assert not told, f"{page.url}\n" + "\n".join(told)
