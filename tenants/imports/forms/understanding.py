"""Which column of a file holds which field?

The profile of a file is guessed from its headings; it is shown before anything is written, and another can be named.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from tenants.errors import Invalid
from tenants.imports.files.reading import Row, Table
from tenants.imports.forms.profiles import PROFILES, Kind, Profile

# Registers like to begin with a title, a date or a note.
_LINES_ABOVE_DATA = 10
_SPACE = re.compile(r"[\s_]+")


@dataclass(frozen=True)
class Source:
    """A file that is understood: its table, its profile, its row of headings and the place of each field's column."""

    table: Table
    profile: Profile
    header: Row
    columns: Mapping[str, int]

    @property
    def headings(self) -> Mapping[str, str]:
        """Each field with the heading that it has in this file."""
        return {field: self.header.cells[place] for field, place in self.columns.items()}

    @property
    def rows_expected(self) -> int:
        """About how many rows of data there are."""
        return max(self.table.lines - self.header.line, 0)

    @property
    def ignored(self) -> list[str]:
        """The headings of which nothing is taken over."""
        used = set(self.columns.values())
        return [cell for place, cell in enumerate(self.header.cells) if place not in used and cell.strip()]

    def data(self) -> Iterator[Row]:
        """Every row below the headings."""
        return (row for row in self.table.rows() if row.line > self.header.line)


def understand(table: Table, kind: Kind, *, profile_name: str | None = None) -> Source:
    """The file with the profile that fits its headings best, or with the one that is named; raises `Invalid`."""
    top = list(islice(table.rows(), _LINES_ABOVE_DATA))
    fits = list(_fits(table, top, _candidates(kind, profile_name)))
    if not fits:
        raise _refusal(table, top, kind, profile_name)
    source = max(fits, key=lambda fit: (_own_headings(fit), len(fit.columns)))
    _refuse_twofold_headings(source)
    return source


def profiles_of(kind: Kind) -> list[Profile]:
    """The known forms of a kind of register."""
    return [profile for profile in PROFILES if profile.kind is kind]


def profile_called(name: str, kind: Kind) -> Profile:
    """The form of this name for a kind of register; raises `Invalid`."""
    known = {profile.name: profile for profile in profiles_of(kind)}
    if name not in known:
        message = "There is no profile %(name)s for %(kind)s. Known are: %(known)s."
        raise Invalid(message, field="profile", rule="unknown_profile", name=name, kind=kind, known=", ".join(known))
    return known[name]


def _candidates(kind: Kind, profile_name: str | None) -> list[Profile]:
    return profiles_of(kind) if profile_name is None else [profile_called(profile_name, kind)]


def _fits(table: Table, top: Iterable[Row], profiles: Iterable[Profile]) -> Iterator[Source]:
    profiles = list(profiles)
    for row in top:
        for profile in profiles:
            columns = _columns(profile, row)
            if profile.required <= columns.keys():
                yield Source(table, profile, row, columns)


def _columns(profile: Profile, row: Row) -> dict[str, int]:
    places = {_normal(cell): place for place, cell in reversed(list(enumerate(row.cells)))}
    columns = {}
    for field, headings in profile.headings.items():
        found = [places[normal] for heading in headings if (normal := _normal(heading)) in places]
        if found:
            columns[field] = found[0]
    return columns


def _own_headings(source: Source) -> int:
    """How many columns are headed as the form itself heads them."""
    own = source.profile.headings
    return sum(_normal(heading) == _normal(own[field][0]) for field, heading in source.headings.items())


def _refuse_twofold_headings(source: Source) -> None:
    used = {_normal(heading) for heading in source.headings.values()}
    cells = [_normal(cell) for cell in source.header.cells]
    for place, cell in enumerate(cells):
        if cell in used and cell in cells[:place]:
            message = "Line %(line)s has the heading %(heading)s twice. Remove the column that is not meant."
            line, heading = source.header.line, source.header.cells[place]
            raise Invalid(message, field="file", rule="twofold_heading", line=line, heading=heading)


def _refusal(table: Table, top: list[Row], kind: Kind, profile_name: str | None) -> Invalid:
    """What is wrong with headings that no profile fits. Cells that are no heading are not repeated: they may be personal."""
    others = [profile for profile in PROFILES if profile.kind is not kind]
    if profile_name is None and any(_fits(table, top, others)):
        other = others[0].kind
        message = "This file lists %(other)s and not %(kind)s. Import it as %(other)s, or choose another file."
        return Invalid(message, field="file", rule="other_kind_of_register", other=other, kind=kind)
    near = max(
        ((profile, row) for row in top for profile in _candidates(kind, profile_name)),
        key=lambda pair: len(_columns(*pair)),
        default=None,
    )
    if near is None or len(_columns(*near)) < 2:  # noqa: PLR2004 - a single word may be a heading by chance
        message = "The file has no row of headings that is known here. Put the form's headings into its first line."
        return Invalid(message, field="file", rule="no_headings")
    profile, row = near
    missing = ", ".join(profile.headings[field][0] for field in sorted(profile.required - _columns(profile, row).keys()))
    message = "Line %(line)s looks like the headings of the profile %(profile)s, but these are missing: %(missing)s."
    return Invalid(message, field="file", rule="missing_headings", line=row.line, profile=profile.name, missing=missing)


def _normal(heading: str) -> str:
    return _SPACE.sub("", unicodedata.normalize("NFKC", heading)).casefold()
