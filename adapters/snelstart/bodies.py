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
