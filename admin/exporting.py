"""How does a table leave as a file that a spreadsheet may open?"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime

from flask import Response

from sync.spreadsheets import guarded

_BYTE_ORDER_MARK = "\ufeff"  # without it Excel takes UTF-8 for the system's own encoding

Cell = str | int | float | datetime | None


def csv_file(name: str, headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Response:
    """The table as a file called `name` and `.csv`."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows([_plain(cell) for cell in row] for row in (headings, *rows))
    return attachment(f"{name}.csv", (_BYTE_ORDER_MARK + text.getvalue()).encode())


def attachment(name: str, content: bytes) -> Response:
    """A CSV file that a browser keeps as `name`, and nobody else on its way."""
    response = Response(content, content_type="text/csv; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Cache-Control"] = "no-store"
    return response


def _plain(cell: Cell) -> str | int | float:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="seconds")
    return guarded(cell) if isinstance(cell, str) else cell
