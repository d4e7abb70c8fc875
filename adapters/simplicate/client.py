"""Ask Simplicate for lists and single records."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from adapters.base import ConnectionInfo, Gate, Lane
from adapters.errors import Missing, Unauthorised
from adapters.http import HttpClient
from adapters.outside import Outside
from adapters.simplicate.errors import classify, data_of, data_written
from adapters.simplicate.values import Raw, integer, mapping, rows

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Return the time, aware."""
    return datetime.now(UTC)


class KeyAuth:
    """Send the API key and secret; they never change, so a refusal is final."""

    def __init__(self, credentials: Mapping[str, str]) -> None:
        self._headers = {
            "Authentication-Key": credentials.get("key", ""),
            "Authentication-Secret": credentials.get("secret", ""),
        }

    def headers(self, refresh: bool) -> Mapping[str, str]:
        """Return the headers. Raises Unauthorised instead of a refresh, which saves a second refusal."""
        if refresh:
            raise Unauthorised("API key refused")
        return self._headers


@dataclass(frozen=True, slots=True)
class Listing:
    """Hold one answer to a list request."""

    rows: Sequence[Raw]
    count: int | None
    """Rows that match the filter, over all pages; None when the answer does not tell."""
    started_at: datetime
    vendor_time: str = ""

    def more(self, limit: int, offset: int) -> bool:
        """Tell whether rows follow: by the count, which a lower page maximum cannot fool, or a full page."""
        read = len(self.rows)
        return read > 0 and (read >= limit if self.count is None else self.count > offset + read)


class SimplicateClient:
    """Make the calls that the adapter needs; one instance serves one connection in one lane."""

    def __init__(self, info: ConnectionInfo, outside: Outside, lane: Lane, now: Clock = utc_now) -> None:
        self.now = now
        self._http = HttpClient(info, outside, lane, auth=KeyAuth(info.credentials), classify=classify)

    @property
    def calls(self) -> int:
        """Count the calls made."""
        return self._http.calls

    def touch(self, path: str) -> None:
        """Make a call whose answer does not matter, only that it is not a refusal."""
        self._http.request("GET", path)

    def listing(self, path: str, **params: Any) -> Listing:
        """Fetch one page. `count` is asked for: `total_count` is of all rows, whatever the filter."""
        started = self.now()
        response = self._http.request("GET", path, params={"metadata": "count,limit,offset", **params})
        data, metadata = data_of(response)
        return Listing(rows(data), integer(metadata.get("count")), started, response.headers.get("Date", ""))

    def one(self, path: str) -> tuple[Raw, datetime]:
        """Fetch one record; some come as a list of one. Raises Missing, also when the answer is empty."""
        started = self.now()
        data, _ = data_of(self._http.request("GET", path))
        record = mapping(data)
        if not record:
            raise Missing("not in Simplicate")
        return record, started

    def write(self, method: str, path: str, given: Any, gate: Gate) -> Any:
        """Write once and return the data answered. Raises OutcomeUnknown when the answer cannot be read."""
        return data_written(self._http.request(method, path, json=given, gate=gate))
