"""Make what Simplicate sends, in the field names of its own specification."""

from typing import Any


def organisation(**values: Any) -> dict[str, Any]:
    return {
        "id": "organization:21ea35b0780c7f46",
        "name": "Bakkerij De Korenaar B.V.",
        "coc_code": "01234567",
        "relation_type": {"id": "relationtype:1a", "label": "Klant", "type": ""},
        "visiting_address": {
            "line_1": "Dorpsstraat 108",
            "postal_code": "2611ET",
            "locality": "Delft",
            "country": "Country_The Netherlands",
            "country_code": "NL",
        },
        "updated_at": "2026-03-02 10:00:00",
        **values,
    }


def person(**values: Any) -> dict[str, Any]:
    return {
        "id": "person:0123456789abcdef0123456789abcdef",
        "first_name": "Anna",
        "family_name_prefix": "van der",
        "family_name": "Meer",
        "updated_at": "2026-03-02 10:00:00",
        **values,
    }


def custom(name: str, value: Any = None, render_type: str = "checkbox") -> dict[str, Any]:
    """Make a custom field; an empty one has no value at all."""
    field = {"id": "customfield:1", "name": name, "label": name, "render_type": render_type}
    return field if value is None else {**field, "value": value}
