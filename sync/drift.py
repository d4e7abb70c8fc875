"""Name one difference between the two sides."""

from dataclasses import dataclass

FINDINGS = {
    "in_sync": ("gelijk", "in sync"),
    "differs": ("verschilt", "differs"),
    "both_changed": ("aan beide kanten gewijzigd", "changed on both sides"),
    "kept_in_books": ("wijziging in de boekhouding blijft staan", "the books' own edit stands"),
    "inactive_in_books": ("non-actief in de boekhouding", "inactive in the books"),
    "missing_in_books": ("verdwenen uit de boekhouding", "gone from the books"),
    "unmapped": ("nog niet in de boekhouding", "not in the books yet"),
    "only_in_books": ("alleen in de boekhouding", "only in the books"),
    "gone_from_crm": ("verwijderd of samengevoegd in het CRM", "deleted or merged in the CRM"),
}
"""Finding -> Dutch and English words."""


@dataclass(frozen=True, slots=True)
class Drift:
    """Hold one finding with ids and names of fields, never with values."""

    finding: str
    record_id: str
    role: str
    target_id: str
    fields: tuple[str, ...] = ()
