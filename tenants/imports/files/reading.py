"""Which rows does a file hold?

Everything is text: a number keeps its leading zeros and a name every character. A file is recognised by what it begins with
and never by its name, and it is read as a stream, so its size does not matter.
"""

import csv
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, getincrementaldecoder
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from typing import NamedTuple

from sync.spreadsheets import unguarded
from tenants.errors import Invalid
from tenants.imports.files import workbooks

_ENCODINGS = {"UTF-8": "utf-8-sig", "GB18030": "gb18030"}
_ZIP = b"PK\x03\x04"
_COMPOUND_FILE = bytes.fromhex("d0cf11e0a1b11ae1")
_NOT_TEXT = b"\x00"
_BLOCK_BYTES = 1 << 20
WORKBOOK = "XLSX"


class Row(NamedTuple):
    """A row that is not blank: its line in the file (the first is 1), and its cells."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A file that can be read. `encoding` is `UTF-8`, `GB18030` or `XLSX`; `lines` estimates how many there are."""

    path: Path
    name: str
    sha256: str
    encoding: str
    lines: int

    def rows(self) -> Iterator[Row]:
        """Every row that is not blank, the headings too; raises `Invalid` where the file turns out to be damaged."""
        lines = workbooks.lines(self.path) if self.encoding == WORKBOOK else _csv_lines(self.path, self.encoding)
        for line, cells in lines:
            if any(cell.strip() for cell in cells):
                yield Row(line, tuple(unguarded(cell) for cell in cells))


def open_table(path: Path, *, name: str | None = None) -> Table:
    """The table in a file, called `name` where the path is a temporary one.

    Raises `Invalid` for a file that is empty, of a wrong kind, or in an encoding that cannot be told.
    """
    name = (name or path.name)[-255:]
    try:
        with path.open("rb") as file:
            head = file.read(_BLOCK_BYTES)
            file.seek(0)
            sha256 = file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise _refusal("The file cannot be read: %(problem)s.", "unreadable_file", problem=error.strerror) from error
    if not head.strip():
        raise _refusal("The file is empty. Export the register again.", "empty_file")
    if head.startswith(_COMPOUND_FILE):
        message = "This is an old Excel file (.xls), or one with a password. Save it as .xlsx without a password."
        raise _refusal(message, "old_or_protected_workbook")
    if head.startswith(_ZIP):
        return Table(path, name, sha256, WORKBOOK, workbooks.count(path))
    if head.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        raise _refusal("This is text in UTF-16, which is not read here. Save it as CSV in UTF-8.", "unreadable_encoding")
    if _NOT_TEXT in head:
        message = "This is neither a CSV file nor an Excel workbook. Save the register as one of these."
        raise _refusal(message, "wrong_kind_of_file")
    encoding, lines = _examined(path, head)
    return Table(path, name, sha256, encoding, lines)


def _examined(path: Path, head: bytes) -> tuple[str, int]:
    """The encoding in which the whole file can be read, and how many lines it has."""
    # Whoever writes a mark means UTF-8: a byte that does not fit is a damage then, no sign of another encoding.
    candidates = ["UTF-8"] if head.startswith(BOM_UTF8) else list(_ENCODINGS)
    line = 0
    for encoding in candidates:
        decoder = getincrementaldecoder(encoding)()
        line = 1
        begun = block = b""
        try:
            for block in _blocks(path):
                begun = decoder.getstate()[0]  # of a character that the last block broke off
                decoder.decode(block, final=not block)
                line += block.count(b"\n")
        except UnicodeDecodeError as error:
            line += (begun + block)[: error.start].count(b"\n")
        else:
            return encoding, line - 1  # the last line ends, too
    message = "Line %(line)s is neither in UTF-8 nor in GB18030. Mend it, or save the register as CSV in UTF-8."
    raise _refusal(message, "unreadable_encoding", line=line)


def _blocks(path: Path) -> Iterator[bytes]:
    """The file piece by piece, and an empty piece at its end."""
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            yield block
    yield b""


def _csv_lines(path: Path, encoding: str) -> Iterator[tuple[int, list[str]]]:
    with path.open(encoding=_ENCODINGS[encoding], newline="") as file:
        reader = csv.reader(file, strict=True)
        line = 1
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                message = "Something is wrong with the quotation marks from line %(line)s on. Mend that line and try again."
                raise _refusal(message, "broken_csv", line=line) from error
            yield line, cells
            line = reader.line_num + 1


def _refusal(message: str, rule: str, **values: object) -> Invalid:
    return Invalid(message, field="file", rule=rule, **values)
