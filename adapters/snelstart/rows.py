"""Give shape to the rows of the code tables: what a code means for the caller and what a person reads."""

from dataclasses import dataclass
from typing import Literal

from models.causes import Cause, Mover

Decision = Literal["rejected", "exists", "missing", "unknown"]
"""Which class of adapters.errors a code becomes; `unknown` is OutcomeUnknown for a write, else rejected."""


@dataclass(frozen=True, slots=True)
class Row:
    """Hold one meaning, shared by the codes that mean the same; `field` is an attribute of the relation."""

    codes: tuple[str, ...]
    field: str
    mover: Mover
    what_nl: str
    what_en: str
    do_nl: str
    do_en: str
    decision: Decision = "rejected"

    @property
    def causes(self) -> tuple[Cause, ...]:
        """Give each code a cause of its own, so that counting them stays exact."""
        sentences = (self.what_nl, self.what_en, self.do_nl, self.do_en)
        return tuple(Cause(f"snelstart.{code}", self.mover, *sentences) for code in self.codes)


def series(group: str, *numbers: int | range) -> tuple[str, ...]:
    """Spell codes by number: `series("REL", 8, range(20, 22))` -> REL-0008, REL-0020, REL-0021."""
    flat = [one for number in numbers for one in ((number,) if isinstance(number, int) else number)]
    return tuple(f"{group}-{number:04d}" for number in flat)


def too_long(code: int, field: str, nl: str, en: str, limit: int) -> Row:
    """Say that SnelStart found a value too long."""
    return Row(
        series("REL", code),
        field,
        "crm_user",
        f"{nl} is langer dan de {limit} tekens die SnelStart bewaart.",
        f"{en} is longer than the {limit} characters SnelStart stores.",
        "Kort de waarde in het CRM in; de rest van de relatie is wel verwerkt.",
        "Shorten the value in the CRM; the rest of the relation went through.",
    )


def invalid(code: int, field: str, nl: str, en: str) -> Row:
    """Say that SnelStart found a value invalid."""
    return Row(
        series("REL", code),
        field,
        "crm_user",
        f"SnelStart keurt {nl} af: {{words}}",
        f"SnelStart refuses {en}: {{words}}",
        "Verbeter de waarde in het CRM; de rest van de relatie is wel verwerkt.",
        "Correct the value in the CRM; the rest of the relation went through.",
    )
