"""What text does a person see in the cells of an Excel workbook?"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile, ZipFile
from zlib import error as DeflateError  # noqa: N812 - as the errors beside it are called

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from tenants.errors import Invalid

# A workbook is a ZIP archive: a small one can unpack to more than the memory holds.
MAX_UNPACKED_BYTES = 1 << 30

_DAMAGES = (BadZipFile, DeflateError, EOFError, InvalidFileException, IndexError, KeyError, ParseError, TypeError, ValueError)
_ROUNDED_FROM = 10**15
_ZEROS = re.compile(r"0+")
_TIME_IN_FORMAT = re.compile(r"[hHsS]")


def lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Each line of the first sheet that has any, with its number; raises `Invalid` where the workbook is damaged."""
    with _opened(path) as workbook:
        for sheet in workbook.worksheets:
            # What a sheet says of its own size may be wrong, and openpyxl would cut off the rest.
            sheet.reset_dimensions()
            found = False
            for number, row in enumerate(sheet.iter_rows(), start=1):
                cells = [text(cell.value, getattr(cell, "number_format", "")) for cell in row]
                found = found or any(cells)
                yield number, cells
            if found:
                return


def count(path: Path) -> int:
    """About how many lines the first sheet has, as far as the workbook itself says so."""
    with _opened(path) as workbook:
        return max((sheet.max_row or 0 for sheet in workbook.worksheets[:1]), default=0)


def text(value: Any, number_format: str = "") -> str:
    """A cell's value as it is shown: dates as `2026-07-31 18:45`, clock times as `18:45`, numbers without a vain `.0`.

    A number keeps the leading zeros that its format gives it. Excel knows fifteen digits of a number; a longer one, such as an
    identity number that was not typed as text, has lost its last digits and is shown as Excel shows it: `4.40305E+17`.
    """
    match value:
        case None:
            shown = ""
        case bool():
            shown = str(value).upper()
        case int() | float():
            shown = format(value, ".15g") if abs(value) < _ROUNDED_FROM else format(value, ".5E")
            if _ZEROS.fullmatch(number_format) and shown.isdecimal():
                shown = shown.zfill(len(number_format))
        case datetime():
            has_time = value.time() != time() or _TIME_IN_FORMAT.search(number_format)
            shown = f"{value:%Y-%m-%d} {_clock(value.time())}" if has_time else f"{value:%Y-%m-%d}"
        case time():
            shown = _clock(value)
        case timedelta():
            minutes = int(value.total_seconds() // 60)
            shown = f"{minutes // 60}:{minutes % 60:02}"
        case _:
            shown = str(value)
    return shown


def _clock(value: time) -> str:
    return f"{value:%H:%M:%S}" if value.second else f"{value:%H:%M}"


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        with ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > MAX_UNPACKED_BYTES:
            message = "The workbook is too large to be read. Save the register as CSV in UTF-8, and try that file."
            raise Invalid(message, field="file", rule="too_large")
        # Its own handle: openpyxl leaves a workbook that it cannot read open.
        with path.open("rb") as file:
            workbook = openpyxl.load_workbook(file, read_only=True, data_only=True)
            yield workbook
            workbook.close()
    except Invalid:
        raise
    except _DAMAGES as error:
        message = "The file is no Excel workbook, or a damaged one. Open it in Excel and save it as .xlsx again."
        raise Invalid(message, field="file", rule="broken_workbook") from error
