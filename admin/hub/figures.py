"""Which figures do the city's pages show?"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from admin.hub import months, series
from admin.hub.series import Series
from federation.directory.standing import Standing, standings
from federation.ledger import disclosing, totals
from federation.ledger.disclosing import Disclosed
from federation.ledger.totals import NOTHING, Hours, OrganizationSum, PartSum


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
        """Up to when the hub has everything of all who take part, as far as it ever had, and whose moment that is."""
        moments = [(one.as_of, one.name) for one in self.taking_part if one.as_of]
        return min(moments, default=None)

    @property
    def taking_part(self) -> list[Standing]:
        """How the districts are of which more is to come."""
        return [row.standing for row in self.rows if row.standing.takes_part]

    @property
    def equal(self) -> int:
        """How many of those the hub has everything of."""
        return sum(one.equal for one in self.taking_part)

    def series_of(self, district: str | None) -> Series:
        """The months of one district, or of all where none has this code."""
        return self.series.only(next((row.standing.name for row in self.rows if row.standing.district == district), None))

    @property
    def minutes_per_registration(self) -> int:
        """The mean, in whole minutes."""
        return per_registration(self.hours, self.registrations)

    @property
    def most_minutes(self) -> int:
        """Of the district with most."""
        return max((row.hours.minutes for row in self.rows), default=0)


def of_city(session: Session, *, year: str | None, at: datetime) -> CityFigures:
    """The whole city at the moment `at`; a `year` without hours is no period, so all of them count."""
    by_month = disclosing.by_month(session)
    years = months.years(part.key for part in by_month.shown)
    year = year if year in years else None
    known = standings(session, at=at)
    by_district = series.by_month(by_month, known, year=year)
    registrations = _registrations(session)
    city = totals.city(session)
    return CityFigures(
        people=city.people,
        registrations=city.registrations,
        hours=sum((line.sum for line in by_district.lines), NOTHING),
        rows=[
            Row(standing, registrations.get(standing.district, 0), line.sum)
            for standing, line in zip(known, by_district.lines, strict=True)
        ],
        series=by_district,
        years=years,
        year=year,
    )


@dataclass(frozen=True)
class DistrictFigures:
    """One district, as long as there are hours."""

    row: Row
    series: Series
    fields: Disclosed[PartSum]
    organizations: Disclosed[OrganizationSum]


def of_district(session: Session, code: str, *, at: datetime) -> DistrictFigures | None:
    """One district at the moment `at`, where there is one with this code."""
    standing = next((one for one in standings(session, at=at) if one.district == code), None)
    if standing is None:
        return None
    own = series.by_month(disclosing.by_month(session, district=code), [standing])
    return DistrictFigures(
        row=Row(standing, _registrations(session).get(code, 0), own.lines[0].sum),
        series=own,
        fields=disclosing.by_field(session, district=code),
        organizations=disclosing.by_organization(session, code),
    )


def per_registration(hours: Hours, registrations: int) -> int:
    """Minutes for each registration, in whole minutes; 0 where there is none."""
    return round(hours.minutes / registrations) if registrations else 0


def _registrations(session: Session) -> dict[str, int]:
    return {one.district: one.registrations for one in totals.by_district(session)}
