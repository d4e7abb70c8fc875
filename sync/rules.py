"""Read what a link's file block says about relations, with the defaults that a silent file means."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from models.words import Policy
from sync.planning import Rules

DEFAULT_MATCH = ("kvk", "vat", "relation_number")
DEFAULT_RANGE = (100_000, 999_999)
"""Own numbers, used where the CRM has none that fits; above the five digits that offices use."""


@dataclass(frozen=True, slots=True)
class RelationRules:
    """Hold a link's rules for relations."""

    flag: str | None = None
    """Checkbox that lets a record take part; None lets all."""
    match: Sequence[str] = DEFAULT_MATCH
    number: str = "crm"
    """`crm`: the CRM's relation number where it is free, `own`: always from the own range."""
    number_range: tuple[int, int] = DEFAULT_RANGE
    create: bool = True
    fields: Rules = field(default_factory=Rules)
    raw: Mapping[str, Any] = field(default_factory=dict)
    """The block itself, for the adapters that read their own part of it."""


def relation_rules(rules: Mapping[str, Any]) -> RelationRules:
    """Read the `relations` block of a link's stored rules, validated when the file was applied."""
    block = dict(rules.get("relations") or {})
    low, high = block.get("number_range") or DEFAULT_RANGE
    policy = {name: Policy(value) for name, value in (block.get("policy") or {}).items()}
    return RelationRules(
        flag=block.get("flag"),
        match=tuple(block.get("match") or DEFAULT_MATCH),
        number=block.get("number") or "crm",
        number_range=(int(low), int(high)),
        create=block.get("create", True),
        fields=Rules(bool(block.get("blank_empty")), policy),
        raw=block,
    )
