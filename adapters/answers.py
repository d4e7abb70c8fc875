"""Read what an answer says about itself: limits, pauses and whether it is JSON at all."""

import re
import time
from email.utils import parsedate_to_datetime

import requests

LEAST_PAUSE, MOST_PAUSE = 1.0, 3600.0
"""Retry-After is believed between these: 0 would hammer, a day would be a mistake."""
QUOTA = re.compile(r"quota|rate limit|call volume|too many requests", re.IGNORECASE)


def retry_after(response: requests.Response) -> float | None:
    """Return the stated pause in seconds, from either form the header may have; None when it says nothing."""
    value = response.headers.get("Retry-After", "").strip()
    if re.fullmatch(r"\d+(\.\d+)?", value):
        return float(value)
    try:
        return parsedate_to_datetime(value).timestamp() - time.time() if value else None
    except (ValueError, TypeError):
        return None


def refused_for_limit(response: requests.Response) -> bool:
    """Tell a limit from a missing right: a gateway's quota answers 403 as well (facts/snelstart.md)."""
    if response.status_code == 429:
        return True
    if response.status_code != 403:
        return False
    return "Retry-After" in response.headers or bool(QUOTA.search(response.text[:2000]))


def spent(response: requests.Response) -> float | None:
    """Return the pause a good answer asks for: none of the vendor's own count is left until its reset."""
    for prefix in ("X-RateLimit-", "RateLimit-"):
        left, reset = response.headers.get(f"{prefix}Remaining"), response.headers.get(f"{prefix}Reset")
        if left is None or reset is None or not re.fullmatch(r"\d+", reset.strip()):
            continue
        if re.fullmatch(r"0+", left.strip()):
            seconds = float(reset)
            # Some send a moment, some a duration; a duration of 30 years is a moment.
            return seconds - time.time() if seconds > 1e9 else seconds
    return None


def is_json(response: requests.Response) -> bool:
    """Tell whether the body is empty or JSON; a gateway's HTML page with status 200 is no answer."""
    if not response.content:
        return True
    try:
        response.json()
    except ValueError:
        return False
    return True


def uncertain(response: requests.Response) -> bool:
    """Tell whether the answer leaves open what happened: a server's error, a redirect, no JSON."""
    status = response.status_code
    if status < 300:
        return not is_json(response)
    return status < 400 or status == 408 or status >= 500
