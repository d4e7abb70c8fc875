"""Carry canonical records between a source and a target, in English and free of any vendor's shape."""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as slot
from datetime import date, datetime
from typing import Literal

from models.words import Role


@dataclass(frozen=True, slots=True)
class Address:
    """Hold one postal address; `street` includes the house number when the source does not split them."""

    street: str | None = None
    house_number: str | None = None
    addition: str | None = None
    postal_code: str | None = None
    city: str | None = None
    country: str | None = None
    """ISO 3166-1 alpha-2, upper case; None when the source names none."""

    @property
    def line(self) -> str | None:
        """Join street, number and addition as one printed line."""
        parts = [part for part in (self.street, self.house_number, self.addition) if part]
        return " ".join(parts) or None


@dataclass(frozen=True, slots=True)
class Contact:
    """Hold one contact person of an organisation."""

    id: str
    name: str
    email: str | None = None
    phone: str | None = None
    function: str | None = None
    main: bool = False


@dataclass(frozen=True, slots=True)
class Relation:
    """Hold one organisation or person of a CRM, normalised but not yet judged."""

    id: str
    type: Literal["organisation", "person"]
    name: str
    roles: frozenset[Role] = frozenset()
    flags: Mapping[str, bool] = slot(default_factory=dict)
    """Checkbox name -> ticked, for every checkbox that a link of the connection names."""
    active: bool = True
    number: str | None = None
    first_name: str | None = None
    prefix: str | None = None
    last_name: str | None = None
    initials: str | None = None
    gender: Literal["male", "female"] | None = None
    date_of_birth: date | None = None
    visiting: Address | None = None
    mailing: Address | None = None
    """None when the mailing address is the visiting address."""
    phone: str | None = None
    mobile: str | None = None
    email: str | None = None
    website: str | None = None
    kvk: str | None = None
    vat: str | None = None
    rsin: str | None = slot(default=None, repr=False)
    bsn: str | None = slot(default=None, repr=False)
    iban: str | None = None
    bic: str | None = None
    payment_term_days: int | None = None
    contacts: tuple[Contact, ...] = ()
    manager_email: str | None = None
    url: str | None = None
    """Where a person opens this record in the CRM."""
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """Name one thing that is wrong with a record; `blocking` ones stop the write, others leave the field out."""

    cause: str
    """Code of a models.causes.Cause."""
    field: str
    blocking: bool = False
    params: Mapping[str, str] = slot(default_factory=dict)
    """Values for the cause's sentences; masked already where personal numbers could stand."""


JsonScalar = str | int | float | bool | None
Fields = Mapping[str, JsonScalar]
"""Owned fields of a target record, flat: dotted vendor path -> value as the vendor stores it."""
