"""Lists as CSV files that open in a spreadsheet: streamed, with Persian text intact and formulas disarmed."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence

from django.http import StreamingHttpResponse

BOM = "\ufeff"
# A cell that begins with one of these is a formula to a spreadsheet; a member could name themselves so.
TRIGGERS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def disarmed(value: object) -> str:
    """The text of a cell, with a leading apostrophe where a spreadsheet would run it."""
    if value is None:
        return ""
    if isinstance(value, int | float):
        return str(value)
    text = str(value).replace("\x00", "")
    return f"'{text}" if text.lstrip(" ").startswith(TRIGGERS) else text


class _Echo:
    def write(self, value: str) -> str:
        return value


def csv_response(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """Streams rows as a download; nothing is gathered in memory."""
    writer = csv.writer(_Echo())

    def lines() -> Iterator[str]:
        yield BOM + writer.writerow([disarmed(cell) for cell in head])
        for row in rows:
            yield writer.writerow([disarmed(cell) for cell in row])

    response = StreamingHttpResponse(lines(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response
