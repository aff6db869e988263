"""Does the number of a document stand somewhere where it must not?"""

import base64
import binascii
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import zstandard

from sync.documents import normal_number

_ORDINARY = str.maketrans({chr(code + 0xFEE0): chr(code) for code in range(0x21, 0x7F)})
_DIGITS = re.compile(r"[0-9]+")
_FEWEST_DIGITS = 7
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{200,}={0,2}")
_RESIDENT, _LEGACY = 18, 15
_CENTURY = slice(6, 8)


class Numbers:
    """Numbers as people write them; they are found in any width and case, and a resident's also in its shorter forms."""

    def __init__(self, written: Iterable[str]) -> None:
        """What has fewer than seven digits in a row could be anything, and is not looked for."""
        self._by_digits: dict[str, set[tuple[int, str]]] = defaultdict(set)
        for number in {form for one in written for form in _forms(normal_number(one))}:
            digits = max(_DIGITS.finditer(number), key=lambda run: len(run[0]), default=None)
            if digits and len(digits[0]) >= _FEWEST_DIGITS:
                self._by_digits[digits[0]].add((digits.start(), number))
        self._lengths = sorted({len(digits) for digits in self._by_digits})

    def __len__(self) -> int:
        """How many forms are looked for."""
        return sum(map(len, self._by_digits.values()))

    def within(self, content: bytes) -> set[str]:
        """Those that stand in `content`."""
        text = content.decode(errors="replace").translate(_ORDINARY).upper()
        return {
            number
            for run in _DIGITS.finditer(text)
            for length in self._lengths
            for start in range(run.start(), run.end() - length + 1)
            for before, number in self._by_digits.get(text[start : start + length], ())
            if text.startswith(number, start - before)
        }


def _forms(number: str) -> Iterator[str]:
    yield number
    if len(number) == _RESIDENT:
        without_check = number[:-1]
        yield without_check
        # The cards of fifteen digits had neither the century nor a check digit.
        yield without_check[: _CENTURY.start] + without_check[_CENTURY.stop :]


def contents_of(database: Path) -> Iterator[bytes]:
    """All values of all tables of an SQLite file, row by row; what was compressed, or written in base64, unpacked as well."""
    with closing(sqlite3.connect(database)) as connection:
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for row in connection.execute(f'SELECT * FROM "{table}"'):  # noqa: S608 - names of our own tables
                yield b"\n".join(plain for value in row for plain in unpacked(_bytes(value)))


def unpacked(value: bytes) -> Iterator[bytes]:
    """A value, and what is packed in it."""
    yield value
    # A message begins with its signature.
    _, frame, rest = value.partition(zstandard.FRAME_HEADER)
    if frame:
        with suppress(zstandard.ZstdError):
            yield zstandard.ZstdDecompressor().decompressobj().decompress(frame + rest)
    for packed in _BASE64.findall(value):
        with suppress(binascii.Error):
            yield from unpacked(base64.b64decode(packed, validate=True))


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()
