"""Simplicate keeps to what every source must keep to."""

import pytest

from tests.adapters.contract_source import SourceContract
from tests.adapters.simplicate.world import SimplicateWorld


class TestSimplicate(SourceContract):
    """A poll asks for organisations and persons, so two calls."""

    quiet_calls = 2


class TestSimplicateInSmallPages(SourceContract):
    """Pages of three bring every edge of paging within one second into play."""

    quiet_calls = 30

    @pytest.fixture(autouse=True)
    def _small_pages(self, world: SimplicateWorld) -> None:
        world.options(page=3)
