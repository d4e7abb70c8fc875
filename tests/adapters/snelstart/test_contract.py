"""SnelStart does what every target must do."""

import pytest

from adapters.snelstart import SnelStart
from tests.adapters.contract_target import TargetContract
from tests.adapters.snelstart.conftest import Open


class TestContract(TargetContract):
    """Run the shared tests against the stand-in."""

    @pytest.fixture
    def unreachable(self, open_books: Open) -> SnelStart:
        """Point both addresses at a closed port."""
        return open_books("http://127.0.0.1:9")
