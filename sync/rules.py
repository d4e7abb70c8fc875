"""Read a link's stored rules for relations, with the defaults that a silent file means."""

from collections.abc import Mapping
from typing import Any

from models.words import Policy
from sync.config.rules import RelationRules
from sync.planning import Rules


def relation_rules(rules: Mapping[str, Any]) -> RelationRules:
    """Return the `relations` block of a link, validated when the file was applied."""
    return RelationRules.model_validate(rules["relations"])


def field_rules(rules: RelationRules) -> Rules:
    """Return what the block says about fields that both sides changed or the CRM left empty."""
    return Rules(rules.blank_empty, {name: Policy(value) for name, value in rules.policy.items()})
