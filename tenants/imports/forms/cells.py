"""What does a row say under each field?"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from tenants.errors import Invalid
from tenants.imports.files.reading import Row
from tenants.imports.forms.understanding import Source
from tenants.imports.forms.values import plain

Value = TypeVar("Value")

# The widths of the columns that the values go to, in characters.
_LIMITS = {
    "local_number": 40,
    "volunteer_number": 40,
    "name": 120,
    "document_number": 60,
    "phone": 40,
    "team": 120,
    "street": 120,
    "community": 120,
    "activity": 200,
    "field": 80,
    "certified_by": 80,
}


@dataclass(frozen=True)
class Cells:
    """A row of a source. Text comes as it was written; None stands for a blank cell."""

    source: Source
    row: Row

    def written(self, field: str) -> str:
        """What stands under `field`, or an empty text."""
        place = self.source.columns.get(field)
        return self.row.cells[place] if place is not None and place < len(self.row.cells) else ""

    @property
    def content(self) -> tuple[str, ...]:
        """All that is taken over from the row, to compare it with another."""
        return tuple(self.written(field).strip() for field in sorted(self.source.columns))

    @property
    def number(self) -> str:
        """The record's own number, as far as it can be read."""
        return printable(self.written("local_number")).strip()

    def refuse_shifted(self) -> None:
        """Raises `Invalid` where more cells are filled than there are headings: a comma too many moves all that follows."""
        width = len(self.source.header.cells)
        if any(cell.strip() for cell in self.row.cells[width:]):
            message = "The row has more cells than there are headings. Look for a comma or a quotation mark too many."
            raise Invalid(message, field="row", rule="shifted")

    def text(self, field: str) -> str:
        """Text that has to be there; raises `Invalid`."""
        return _needed(self.optional_text(field), field)

    def optional_text(self, field: str) -> str | None:
        """Text that fits its place in the database; raises `Invalid`."""
        found = self.written(field)
        if not found.strip():
            return None
        # A character may be several in its plain form, in which some of these are kept.
        if max(len(found), len(plain(found))) > _LIMITS[field]:
            message = "The text is longer than %(limit)s characters. Shorten it."
            raise Invalid(message, field=field, rule="too_long", limit=_LIMITS[field])
        if printable(found) != found:
            message = "There is a line break or another control character in this cell. Remove it."
            raise Invalid(message, field=field, rule="unreadable")
        return found

    def key(self, field: str) -> str:
        """A number that records are found by: text without space around it."""
        return self.text(field).strip()

    def value(self, field: str, parse: Callable[[str], Value | None], example: str) -> Value:
        """A value that has to be there, as `parse` reads it; raises `Invalid`, with an `example` of how to write it."""
        return _needed(self.optional_value(field, parse, example), field)

    def optional_value(self, field: str, parse: Callable[[str], Value | None], example: str) -> Value | None:
        """A value as `parse` reads it, or None where the cell is blank; raises `Invalid` where it cannot be read."""
        written = self.written(field)
        if not written.strip():
            return None
        found = parse(written)
        if found is None:
            raise Invalid("This cannot be read. Write it like %(example)s.", field=field, rule="unreadable", example=example)
        return found


def printable(written: str) -> str:
    """Text without control characters, of which some have no place in a database."""
    return "".join(character for character in written if unicodedata.category(character) != "Cc")


def _needed(found: Value | None, field: str) -> Value:
    if found is None:
        raise Invalid("There is nothing in this cell, and it is needed. Fill it in.", field=field, rule="missing")
    return found
