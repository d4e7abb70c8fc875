"""Read answer bodies that may be empty or no JSON at all."""

from collections.abc import Mapping
from typing import Any

import requests


def json_of(response: requests.Response) -> object:
    """Return the JSON value of an answer; None for anything else."""
    try:
        value: object = response.json()
    except ValueError:
        return None
    return value


def object_of(response: requests.Response) -> dict[str, Any]:
    """Return the JSON object of an answer; {} for anything else."""
    body = json_of(response)
    return dict(body) if isinstance(body, Mapping) else {}


def rows_of(response: requests.Response) -> list[dict[str, Any]] | None:
    """Return the objects of an answer that is a list; None for anything else."""
    body = json_of(response)
    return [dict(row) for row in body if isinstance(row, Mapping)] if isinstance(body, list) else None
