"""What came together in each month?"""

from collections.abc import Sequence
from dataclasses import dataclass

from admin.charts import Chart, stack
from admin.hub import months
from admin.writing import MINUTES_PER_HOUR
from federation.directory.standing import Standing
from federation.ledger.disclosing import Disclosed
from federation.ledger.totals import NOTHING, Hours, PartSum

# More parts cannot be told apart in one column.
MOST_LINES = 6


@dataclass(frozen=True)
class Line:
    """One name's hours in each month, None where they are withheld; `rest` is what those months come to."""

    name: str
    values: list[Hours | None]
    rest: Hours

    @property
    def sum(self) -> Hours:
        """All of it."""
        return sum(self.shown, self.rest)

    @property
    def shown(self) -> list[Hours]:
        """The hours of each month as far as they are shown."""
        return [hours or NOTHING for hours in self.values]


@dataclass(frozen=True)
class Series:
    """Hours by month, of one or more names."""

    months: list[str]
    lines: list[Line]

    @property
    def names(self) -> list[str]:
        """The names of the lines."""
        return [line.name for line in self.lines]

    @property
    def withholds(self) -> bool:
        """Whether any month is withheld."""
        return any(None in line.values or line.rest.entries for line in self.lines)

    @property
    def rest(self) -> Hours:
        """What all withheld months come to."""
        return sum((line.rest for line in self.lines), NOTHING)

    @property
    def sums(self) -> list[Hours]:
        """What each month comes to, as far as it is shown."""
        return [sum(column, NOTHING) for column in zip(*(line.shown for line in self.lines), strict=True)]

    @property
    def chart(self) -> Chart:
        """Columns of minutes, with lines at whole hours."""
        return stack([[hours.minutes for hours in line.shown] for line in self.lines], unit=MINUTES_PER_HOUR)

    def drawn(self, together: str) -> "Series":
        """What can be told apart in a column: itself, or its sum by the name `together` where there are too many names."""
        if len(self.lines) <= MOST_LINES:
            return self
        return Series(self.months, [Line(together, [*self.sums], self.rest)])

    def only(self, name: str | None) -> "Series":
        """The line of one name; all of them where none has this name."""
        return Series(self.months, [line for line in self.lines if line.name == name] or self.lines)


def by_month(disclosed: Disclosed[PartSum], districts: Sequence[Standing], *, year: str | None = None) -> Series:
    """A line for each of `districts` in their order, of one year or of all.

    A year has no rest, for what is withheld is not told apart by years.
    """
    shown = {(part.district, part.key): part.hours for part in disclosed.shown if months.is_within(part.key, year)}
    in_order = months.first_to_last([month for _, month in shown])
    lines = []
    for district in districts:
        own = disclosed.withheld_by(district.district)
        values = [None if month in own.keys else shown.get((district.district, month), NOTHING) for month in in_order]
        lines.append(Line(district.name, values, NOTHING if year else own.hours))
    return Series(in_order, lines)
