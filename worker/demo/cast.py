"""Choose who plays in the story: records without any trap, each for one part only."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

Record = Mapping[str, Any]


class Cast:
    """Hand out untroubled companies, one part each."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        """Leave out whoever is wrong, double, in both roles, in the books already, for Nextens or takes no part."""
        ids = data["expected"]["ids"]
        special = {one for found in ids["wrong"].values() for one in found} | set(ids["both"]) | set(ids["unticked"])
        special |= {one for found in ids["wrong_nextens"].values() for one in found} | set(ids["to_nextens"])
        special |= {one for pair in ids["doubles"] for one in pair}
        special |= {one for found in ids["in_books"].values() for one, _ in found}
        companies = data["simplicate"]["organization"]
        self._free = {one["id"]: one for one in companies if one["id"] not in special}
        self._template = next(iter(self._free.values()))

    @property
    def free(self) -> Collection[str]:
        """Return who has no part yet."""
        return self._free.keys()

    def take(self, wanted: Iterator[str] | Collection[str], count: int) -> list[Record]:
        """Give a part to the first so many of those wanted."""
        chosen = [one for one in wanted if one in self._free][:count]
        return [self._free.pop(one) for one in chosen]

    def client(self, bsn: str) -> dict[str, Any]:
        """Return a person for Nextens, as a user would type it."""
        return {
            "first_name": "Demi",
            "family_name_prefix": "van",
            "family_name": "Demonstratie",
            "gender": "Female",
            "date_of_birth": "1985-04-03",
            "email": "demi@demonstratie.example",
            "address": {
                "line_1": "Grote Markt 12 bis",
                "postal_code": "2511 BG",
                "locality": "Den Haag",
                "country_code": "NL",
            },
            "custom_fields": {"sync_nextens": "1", "bsn": bsn},
        }

    def newcomer(self) -> dict[str, Any]:
        """Return a company that the CRM does not have yet, as a user would type it."""
        return {
            "name": "Nieuwkomer Demo B.V.",
            "coc_code": "90012345",
            "email": "info@nieuwkomer.example",
            "phone": "0205550199",
            "relation_type_id": self._template["relation_type_id"],
            "relation_number": "19999",
            "visiting_address": {
                "line_1": "Sluisweg 1",
                "postal_code": "1011 AB",
                "locality": "Amsterdam",
                "country_code": "NL",
            },
            "custom_fields": {"sync_snelstart": "1"},
        }
