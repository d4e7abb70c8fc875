"""Describe what the API about mappings takes and answers."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from models.words import MappingState
from sync.ties import Seen
from web.bounds import BIGGEST, Long, Short
from web.queries.mappings import PAGE


class Mapping(BaseModel):
    """Be one CRM record in one role and the target record it is."""

    id: int
    link: str
    name: str
    role: str
    source_id: str
    target_id: str
    target_number: str | None
    state: str
    matched_by: str
    evidence: dict[str, str]
    decided_by: str
    created_at: datetime
    updated_at: datetime


class Page(BaseModel):
    """Be one page of the list; `next` is the `after` of the following one, 0 on the last."""

    mappings: list[Mapping]
    next: int


class Entry(BaseModel):
    """Be one line of a mapping's history."""

    at: datetime
    event: str
    by: str
    target_id: str
    correlation_id: UUID | None


class Detail(BaseModel):
    """Be one mapping with its history, newest first, and the state of its record's job."""

    mapping: Mapping
    history: list[Entry]
    job: Literal["due", "running", "held", "done", "none"]
    url: str


class Choice(BaseModel):
    """Be one target record that may be chosen; a held one belongs to another CRM record."""

    target_id: str
    number: str | None
    active: bool
    name: str
    evidence: dict[str, str]
    held_by: str | None


class Choices(BaseModel):
    """Be what a search in the target found."""

    choices: list[Choice]


class FieldPlan(BaseModel):
    """Be one field; numbers that may be a person's are masked. `will_be` null leaves it as it is."""

    field: str
    crm: str
    target: str
    will_be: str | None


class Plan(BaseModel):
    """Be what a relink would do; `was_target_id` and `was_state` go back with the deed."""

    target_id: str
    number: str | None
    was_target_id: str
    was_state: str
    overwrites: list[str]
    kept: list[str]
    asked: list[str]
    stopped_by: list[str]
    fields: list[FieldPlan]


class Target(BaseModel):
    """Name the target record that a preview is about."""

    model_config = ConfigDict(extra="forbid")

    target_id: Short


class Was(BaseModel):
    """Tell what the application saw, so that it undoes nobody's work, and why it acts."""

    model_config = ConfigDict(extra="forbid")

    was_target_id: Short
    was_state: MappingState
    reason: Long = ""

    @property
    def seen(self) -> Seen:
        """Return what was seen."""
        return Seen(self.was_target_id, self.was_state.value)


class Relink(Was):
    """Name the new target record as well."""

    target_id: Short


class Wish(Was):
    """Name one mapping of several."""

    id: Annotated[int, Field(ge=1, le=BIGGEST)]


class Bulk(BaseModel):
    """Ask for the same for several mappings."""

    model_config = ConfigDict(extra="forbid")

    action: Literal["break", "sync"]
    mappings: Annotated[list[Wish], Field(min_length=1, max_length=PAGE)]


class Number(BaseModel):
    """Carry a number that may be a person's; it stands in no address."""

    model_config = ConfigDict(extra="forbid")

    number: Short


class Done(BaseModel):
    """Confirm a change; the correlation id finds it in log and pages."""

    id: int
    correlation_id: UUID


class Result(BaseModel):
    """Tell what became of one of several; `refused` is empty where it was done."""

    id: int
    refused: str


class Results(BaseModel):
    """Tell what became of each."""

    results: list[Result]


class Why(BaseModel):
    """Say why nothing was done: a stable code, and an English sentence."""

    code: str
    words: str


class Refusal(BaseModel):
    """Say that nothing was done."""

    detail: Why
