"""Describe what a link may say per record kind; a new kind is one more model in `KINDS`."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from models.words import Kind

Text = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Number = Annotated[int, Field(ge=1, le=999_999_999_999)]
MatchKey = Literal["crm_id", "bsn", "rsin", "kvk", "vat", "relation_number", "name_postcode", "exact_name"]


class Block(BaseModel):
    """Be one block of the file: no unknown key, no silent conversion, no change after reading."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def _ascending(numbers: list[int]) -> list[int]:
    if len(numbers) != 2 or numbers[0] > numbers[1]:
        raise PydanticCustomError("number_range", "not [first, last]")
    return numbers


NumberRange = Annotated[list[Number], AfterValidator(_ascending)]


class FailureRules(Block):
    """Say how the CRM's users are told that a sync failed."""

    message: bool = True
    """Whether a message is put on the record's timeline, and taken off when it is cured."""
    untick: bool = True
    """Whether the checkbox is unticked when nothing was written."""
    mail: bool = True
    """Whether a mail goes to the user who saved, else to the relation's manager, else to `mail_to`."""
    mail_to: Text | None = None
    """Address for records of which nobody knows who saved or manages them."""
    language: Literal["nl", "en"] = "nl"


class RelationRules(Block):
    """Say which relations take part and how they are matched, numbered and written."""

    flag: Text | None
    """The checkbox in the CRM that lets a record take part; a written `null` lets every record do so."""
    roles: dict[Text, Literal["customer", "supplier", "both"]] = {}
    """Label of the CRM's relation type -> the role in the books. A label that is not named takes no part."""
    match: Annotated[list[MatchKey], Field(min_length=1)] = ["kvk", "vat", "relation_number"]
    """Identifiers that may link a record to one that is in the target already, strongest first."""
    number: Literal["crm", "own"] = "crm"
    """Whose number a created relation gets: the CRM's relation number, or one of `number_range`."""
    number_range: NumberRange = [100_000, 999_999]
    """First and last number to hand out; also for a second role and where the CRM's number does not fit."""
    create: bool = True
    """Whether a record without a match is created, or waits for a person."""
    blank_empty: bool = False
    """Whether an empty field in the CRM empties the field in the target."""
    policy: dict[Text, Literal["crm", "books", "ask"]] = {}
    """Field -> who wins when the target was edited too; `*` stands for every field that is not named."""
    on_deleted: Literal["keep"] = "keep"
    """What happens in the target when a record is deleted in the CRM: it stays, and the report says so."""
    main_contact: Text | None = None
    """Function of the contact person for a target that holds only one; None takes the CRM's first."""
    bsn_source: Text | None = None
    """Name of the CRM's (custom) field that holds the BSN."""
    rsin_source: Text | None = None
    """Name of the CRM's (custom) field that holds the RSIN."""
    failure: FailureRules = FailureRules()


KINDS: Mapping[str, type[Block]] = {"relations": RelationRules}
"""Key in a link's block -> model of its rules. Projects and invoices join here."""

KIND_OF: Mapping[str, Kind] = {"relations": Kind.RELATION, "projects": Kind.PROJECT, "invoices": Kind.INVOICE}
"""Key in a link's block -> the record kind of rows and records."""
