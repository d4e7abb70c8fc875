"""Send a table as CSV, row by row, in a form that spreadsheets open without running anything."""

from collections.abc import Iterable, Iterator, Sequence
from csv import writer
from datetime import datetime
from io import StringIO

from fastapi.responses import StreamingResponse

BOM = "\ufeff"
"""Excel takes UTF-8 for what it is only with this in front."""
RUN = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins with one of these is a formula to a spreadsheet."""
ROWS_AT_ONCE = 200


def csv_answer(name: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> StreamingResponse:
    """Stream rows under their heads as a file of this name; `rows` is read while it is sent."""
    headers = {"content-disposition": f'attachment; filename="{name}.csv"'}
    return StreamingResponse(_pieces(heads, rows), media_type="text/csv; charset=utf-8", headers=headers)


def _pieces(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    page = StringIO()
    page.write(BOM)
    csv = writer(page)
    csv.writerow(heads)
    for number, row in enumerate(rows, 1):
        csv.writerow([cell(value) for value in row])
        if number % ROWS_AT_ONCE == 0:
            yield page.getvalue()
            page.seek(0)
            page.truncate()
    yield page.getvalue()


def cell(value: object) -> str:
    """Write one value; what a spreadsheet would run gets an apostrophe in front."""
    if value is None:
        return ""
    text = value.isoformat(sep=" ", timespec="seconds") if isinstance(value, datetime) else str(value)
    return f"'{text}" if text.startswith(RUN) else text
