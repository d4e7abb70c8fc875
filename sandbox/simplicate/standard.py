"""The fixed lists of an environment: relation types, countries, genders, message types, custom fields."""

from typing import Any
from zlib import crc32

Record = dict[str, Any]


def fixed_id(kind: str, key: object) -> str:
    """Return an id in Simplicate's form that is the same in every run."""
    return f"{kind}:{crc32(f'{kind}{key}'.encode()):08x}{crc32(f'{key}{kind}'.encode()):08x}"


def by_id(kind: str, records: list[Record], key: str) -> dict[str, Record]:
    """Give each record an id made from one of its fields, and index by it."""
    return {fixed_id(kind, each[key]): {"id": fixed_id(kind, each[key]), **each} for each in records}


RELATION_TYPES = by_id(
    "relationtype",
    [
        {"label": "Klant", "color": "#2a9d8f", "type": "customer"},
        {"label": "Leverancier", "color": "#e76f51", "type": "supplier"},
        {"label": "Klant en leverancier", "color": "#264653", "type": "customer"},
        {"label": "Prospect", "color": "#e9c46a", "type": "prospect"},
        {"label": "Relationtype_own_company", "color": "#000000", "type": "own"},
    ],
    "label",
)
_COUNTRIES = """NL The Netherlands,BE Belgium,DE Germany,FR France,GB United Kingdom,LU Luxembourg,ES Spain
IT Italy,AT Austria,CH Switzerland,DK Denmark,SE Sweden,NO Norway,FI Finland,PL Poland,PT Portugal,IE Ireland
CZ Czechia,GR Greece,HU Hungary,RO Romania,BG Bulgaria,HR Croatia,US United States"""
COUNTRIES = by_id(
    "country",
    [{"name": f"Country_{line[3:]}", "code": line[:2]} for line in _COUNTRIES.replace("\n", ",").split(",")],
    "code",
)
COUNTRY_BY_CODE = {country["code"]: country for country in COUNTRIES.values()}
GENDERS = by_id("gender", [{"label": "Male"}, {"label": "Female"}, {"label": "Unknown"}], "label")
MESSAGE_TYPES = by_id(
    "messagetype",
    [{"label": label, "color": "#457b9d"} for label in ("Notitie", "E-mail", "Synchronisatie")],
    "label",
)


def custom_field(resource: str, name: str, label: str, render: str, position: int = 1) -> Record:
    """Define a custom field; a checkbox holds "1"."""
    return {
        "id": fixed_id("customfield", resource + name),
        "name": name,
        "label": label,
        "type": "custom",
        "render_type": render,
        "value_type": "INTEGER" if render == "checkbox" else "STRING",
        "position": position,
        "mandatory": False,
        "searchable": True,
        "filterable": True,
        "custom_field_group": {
            "id": fixed_id("customfieldgroup", 1),
            "name": "boekhouding",
            "label": "Boekhouding",
        },
        "options": [],
    }


def custom_fields(resource: str) -> dict[str, Record]:
    """Return the custom fields an environment starts with, by name."""
    number = ("rsin", "RSIN") if resource == "organization" else ("bsn", "BSN")
    return {
        "sync_snelstart": custom_field(resource, "sync_snelstart", "Naar SnelStart", "checkbox", 1),
        "sync_nextens": custom_field(resource, "sync_nextens", "Naar Nextens", "checkbox", 3),
        number[0]: custom_field(resource, *number, "text", 2),
    }
