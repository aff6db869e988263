"""Which figures do the city's pages show?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from admin.charts import Chart, stack
from admin.hub import months
from admin.hub.months import NOTHING
from admin.writing import MINUTES_PER_HOUR
from federation.directory.standing import Standing, standings
from federation.ledger import totals
from federation.ledger.disclosing import Disclosed, disclose
from federation.ledger.totals import Hours

# More parts cannot be told apart in one column.
MOST_SERIES = 6


@dataclass(frozen=True)
class Row:
    """A district: how it stands, its registrations now, and its hours in the period."""

    standing: Standing
    registrations: int
    hours: Hours

    @property
    def minutes_per_registration(self) -> int:
        """The mean, in whole minutes."""
        return per_registration(self.hours, self.registrations)


@dataclass(frozen=True)
class Series:
    """Hours by month. `values` has for each name the hours of each month."""

    months: list[str]
    names: list[str]
    values: list[list[Hours]]

    @property
    def sums(self) -> list[Hours]:
        """The sum of each month."""
        return [
            Hours(sum(hours.entries for hours in column), sum(hours.minutes for hours in column))
            for column in zip(*self.values, strict=True)
        ]

    @property
    def chart(self) -> Chart:
        """Columns of minutes, with lines at whole hours."""
        return stack([[hours.minutes for hours in line] for line in self.values], unit=MINUTES_PER_HOUR)

    def drawn(self, together: str) -> "Series":
        """What can be told apart in a column: itself, or its sum by the name `together` where there are too many names."""
        return self if len(self.names) <= MOST_SERIES else Series(self.months, [together], [self.sums])

    def only(self, name: str) -> "Series":
        """The hours of one name."""
        return Series(self.months, [name], [self.values[self.names.index(name)]])


@dataclass(frozen=True)
class CityFigures:
    """The city in one period: `year`, or as long as there are hours."""

    people: int
    registrations: int
    hours: Hours
    rows: list[Row]
    series: Series
    years: list[str]
    year: str | None

    @property
    def oldest(self) -> tuple[datetime, str] | None:
        """Up to when the hub has everything of all districts, as far as it ever had, and whose moment that is."""
        moments = [(row.standing.as_of, row.standing.name) for row in self.rows if row.standing.as_of]
        return min(moments, default=None)

    def series_of(self, district: str | None) -> Series:
        """The months of one district, or of all where none has this code."""
        name = next((row.standing.name for row in self.rows if row.standing.district == district), None)
        return self.series.only(name) if name else self.series

    @property
    def minutes_per_registration(self) -> int:
        """The mean, in whole minutes."""
        return per_registration(self.hours, self.registrations)

    @property
    def most_minutes(self) -> int:
        """Of the district with most."""
        return max((row.hours.minutes for row in self.rows), default=0)


def of_city(session: Session, *, year: str | None) -> CityFigures:
    """The whole city; a `year` without hours is no period, so all of them count."""
    everything = totals.by_month(session)
    years = months.years(everything)
    year = year if year in years else None
    sums = months.within(everything, year)
    hours = months.by_district(sums)
    registrations = {one.district: one.registrations for one in totals.by_district(session)}
    rows = [Row(one, registrations.get(one.district, 0), hours.get(one.district, NOTHING)) for one in standings(session)]
    city = totals.city(session)
    return CityFigures(
        people=city.people,
        registrations=city.registrations,
        hours=months.add_up(sums),
        rows=rows,
        series=_series(sums, [row.standing for row in rows]),
        years=years,
        year=year,
    )


@dataclass(frozen=True)
class DistrictFigures:
    """One district, as long as there are hours."""

    row: Row
    series: Series
    fields: Mapping[str, Hours]
    organizations: Disclosed


def of_district(session: Session, code: str) -> DistrictFigures | None:
    """One district, where there is one with this code."""
    standing = next((one for one in standings(session) if one.district == code), None)
    if standing is None:
        return None
    sums = totals.by_month(session, district=code)
    registrations = {one.district: one.registrations for one in totals.by_district(session)}
    return DistrictFigures(
        row=Row(standing, registrations.get(code, 0), months.add_up(sums)),
        series=_series(sums, [standing]),
        fields=totals.by_field(session, district=code),
        organizations=disclose(totals.by_organization(session, code)),
    )


def per_registration(hours: Hours, registrations: int) -> int:
    """Minutes for each registration, in whole minutes; 0 where there is none."""
    return round(hours.minutes / registrations) if registrations else 0


def _series(sums: Sequence[totals.MonthSum], districts: Sequence[Standing]) -> Series:
    in_order = months.in_order(sums)
    values = months.table(sums, in_order, [one.district for one in districts])
    return Series(in_order, [one.name for one in districts], values)
