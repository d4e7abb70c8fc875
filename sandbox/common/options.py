"""Switches of a product, changeable while it runs."""

import dataclasses
from typing import Any


class Options:
    """Base of a dataclass of switches; unknown names and wrong types are refused."""

    def as_json(self) -> dict[str, Any]:
        """Return every switch by name."""
        return dataclasses.asdict(self)  # type: ignore[call-overload, no-any-return]

    def change(self, given: dict[str, Any]) -> None:
        """Set the named switches; raise ValueError when one does not exist or has another type."""
        known = self.as_json()
        for name, value in given.items():
            if name not in known or not isinstance(value, type(known[name])):
                raise ValueError(f"no option {name!r} of that type, there are {known}")
        for name, value in given.items():
            setattr(self, name, value)
