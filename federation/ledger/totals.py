"""What do the hours come to?

Everything here reads the totals that `posting` keeps, never the ledger, so that a page is as quick with ten million entries
as with ten. Facts hang on registrations and people are links: a person's sum is made of the sums of the registrations.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import BigInteger, ColumnElement, cast, func, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from federation.directory.models import Organization
from federation.identity.aliases import resolve
from federation.identity.models import Link, PersonTotal, Registration
from federation.ledger.models import MonthTotal, OrganizationTotal, RegistrationTotal
from sync.databases import lookups


@dataclass(frozen=True)
class Hours:
    """How many entries count, and how many minutes they are credited with."""

    entries: int
    minutes: int

    def __add__(self, other: "Hours") -> "Hours":
        return Hours(self.entries + other.entries, self.minutes + other.minutes)


NOTHING = Hours(0, 0)


@dataclass(frozen=True)
class City:
    """The whole city: each person counts once, however many registrations belong to it."""

    people: int
    registrations: int
    hours: Hours


@dataclass(frozen=True)
class DistrictSum:
    """One district: its registrations, and the hours that it recorded."""

    district: str
    registrations: int
    hours: Hours


@dataclass(frozen=True)
class PartSum:
    """A part of what one district recorded: `key` is a month (`YYYY-MM`), a field of service or an organization's id."""

    district: str
    key: str
    hours: Hours


@dataclass(frozen=True)
class OrganizationSum(PartSum):
    """What one organization recorded; `name` is None until the district has described it."""

    name: str | None


@dataclass(frozen=True)
class RegistrationSum:
    """The part of a volunteer's hours that one registration holds."""

    registration_id: str
    district: str
    hours: Hours


def city(session: Session) -> City:
    """The sums of all districts."""
    persons = select(_sum(PersonTotal.persons), _sum(PersonTotal.registrations)).subquery()
    hours = select(_sum(MonthTotal.entries), _sum(MonthTotal.minutes)).subquery()
    people, registrations, entries, minutes = session.execute(select(persons, hours).join_from(persons, hours, true())).one()
    return City(people, registrations, Hours(entries, minutes))


def by_district(session: Session) -> list[DistrictSum]:
    """Each district that has a registration or an hour, by its code."""
    known = session.execute(select(PersonTotal.district, PersonTotal.registrations))
    registrations = {district: count for district, count in known}  # noqa: C416 - a row of a query is no plain pair
    rows = session.execute(
        select(MonthTotal.district, _sum(MonthTotal.entries), _sum(MonthTotal.minutes)).group_by(MonthTotal.district)
    )
    hours = {district: Hours(entries, minutes) for district, entries, minutes in rows}
    return [
        DistrictSum(district, registrations.get(district, 0), hours.get(district, NOTHING))
        for district in sorted(registrations.keys() | hours.keys())
    ]


def by_month(session: Session, *, district: str | None = None) -> list[PartSum]:
    """Each month of each district, or of the one `district`; in the order of the months."""
    return _parts(session, MonthTotal.month, district)


def by_field(session: Session, *, district: str | None = None) -> list[PartSum]:
    """Each field of service of each district, or of the one `district`; in the order of their names."""
    return _parts(session, MonthTotal.field, district)


def by_organization(session: Session, district: str) -> list[OrganizationSum]:
    """Each organization of `district` that recorded hours, in the order of their ids."""
    total, organization = OrganizationTotal, Organization
    same = (organization.district == total.district) & (organization.organization_id == total.organization_id)
    rows = session.execute(
        select(total.organization_id, organization.name, total.entries, total.minutes)
        .outerjoin(organization, same)
        .where(total.district == district)
        .order_by(total.organization_id)
    )
    return [OrganizationSum(district, key, Hours(entries, minutes), name) for key, name, entries, minutes in rows]


def of_volunteer(session: Session, volunteer_id: str) -> Sequence[RegistrationSum]:
    """The parts of a volunteer's hours, by district; the volunteer's sum is theirs. An alias answers for whom it leads to."""
    registration, total = Registration, RegistrationTotal
    same = (total.district == registration.district) & (total.registration_id == registration.registration_id)
    rows = session.execute(
        select(
            registration.registration_id,
            registration.district,
            func.coalesce(total.entries, 0),
            func.coalesce(total.minutes, 0),
        )
        .join(Link, Link.registration_id == registration.registration_id)
        .outerjoin(total, same)
        .where(Link.volunteer_id == resolve(session, volunteer_id))
        .order_by(registration.district, registration.registration_id)
    )
    return [RegistrationSum(key, district, Hours(entries, minutes)) for key, district, entries, minutes in rows]


def of_registrations(session: Session, registration_ids: Sequence[str]) -> dict[str, Hours]:
    """The hours of each of these registrations."""
    total = RegistrationTotal
    query = select(total.registration_id, total.entries, total.minutes).where(
        lookups.among(session, total.registration_id, registration_ids)
    )
    return dict.fromkeys(registration_ids, NOTHING) | {key: Hours(*counts) for key, *counts in session.execute(query)}


def _parts(session: Session, key: InstrumentedAttribute[str], district: str | None) -> list[PartSum]:
    total = MonthTotal
    query = (
        select(total.district, key, _sum(total.entries), _sum(total.minutes))
        .group_by(key, total.district)
        .order_by(key, total.district)
    )
    if district is not None:
        query = query.where(total.district == district)
    return [PartSum(code, part, Hours(entries, minutes)) for code, part, entries, minutes in session.execute(query)]


def _sum(counted: InstrumentedAttribute[int]) -> ColumnElement[int]:
    """An integer; PostgreSQL would give a decimal number, which takes longer to read than to add up."""
    return cast(func.coalesce(func.sum(counted), 0), BigInteger)
