"""What do the hours come to?

Everything here reads the totals that `posting` keeps, never the ledger, so that a page is as quick with ten million entries
as with ten. Facts hang on registrations and people are links: a person's sum is made of the sums of the registrations.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from federation.directory.models import Organization
from federation.identity.models import Link, PersonTotal, Registration
from federation.ledger.models import MonthTotal, OrganizationTotal, RegistrationTotal


@dataclass(frozen=True)
class Hours:
    """How many entries count, and how many minutes they are credited with."""

    entries: int
    minutes: int


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
class MonthSum:
    """What one district recorded for one month (`YYYY-MM`)."""

    district: str
    month: str
    hours: Hours


@dataclass(frozen=True)
class OrganizationSum:
    """What one organization recorded; `name` is None until the district has described it."""

    organization_id: str
    name: str | None
    hours: Hours


@dataclass(frozen=True)
class RegistrationSum:
    """The part of a volunteer's hours that one registration holds."""

    registration_id: str
    district: str
    hours: Hours


def city(session: Session) -> City:
    """The sums of all districts."""
    people, registrations = session.execute(select(_sum(PersonTotal.persons), _sum(PersonTotal.registrations))).one()
    entries, minutes = session.execute(select(_sum(MonthTotal.entries), _sum(MonthTotal.minutes))).one()
    return City(int(people), int(registrations), Hours(int(entries), int(minutes)))


def by_district(session: Session) -> list[DistrictSum]:
    """Each district that has a registration or an hour, by its code."""
    known = session.execute(select(PersonTotal.district, PersonTotal.registrations))
    registrations = {district: count for district, count in known}  # noqa: C416 - a row of a query is no plain pair
    rows = session.execute(
        select(MonthTotal.district, func.sum(MonthTotal.entries), func.sum(MonthTotal.minutes)).group_by(MonthTotal.district)
    )
    hours = {district: Hours(int(entries), int(minutes)) for district, entries, minutes in rows}
    return [
        DistrictSum(district, registrations.get(district, 0), hours.get(district, Hours(0, 0)))
        for district in sorted(registrations.keys() | hours.keys())
    ]


def by_month(session: Session, *, district: str | None = None) -> list[MonthSum]:
    """Each month of each district, or of the one `district`; months first, in their order."""
    total = MonthTotal
    query = (
        select(total.district, total.month, func.sum(total.entries), func.sum(total.minutes))
        .group_by(total.month, total.district)
        .order_by(total.month, total.district)
    )
    if district is not None:
        query = query.where(total.district == district)
    return [
        MonthSum(code, month, Hours(int(entries), int(minutes))) for code, month, entries, minutes in session.execute(query)
    ]


def by_field(session: Session, *, district: str | None = None) -> dict[str, Hours]:
    """Each field of service, most minutes first."""
    minutes = func.sum(MonthTotal.minutes)
    query = select(MonthTotal.field, func.sum(MonthTotal.entries), minutes).group_by(MonthTotal.field)
    if district is not None:
        query = query.where(MonthTotal.district == district)
    rows = session.execute(query.order_by(minutes.desc(), MonthTotal.field))
    return {field: Hours(int(entries), int(credited)) for field, entries, credited in rows}


def by_organization(session: Session, district: str) -> list[OrganizationSum]:
    """Each organization of `district` that recorded hours, most minutes first."""
    total, organization = OrganizationTotal, Organization
    same = (organization.district == total.district) & (organization.organization_id == total.organization_id)
    rows = session.execute(
        select(total.organization_id, organization.name, total.entries, total.minutes)
        .outerjoin(organization, same)
        .where(total.district == district)
        .order_by(total.minutes.desc(), total.organization_id)
    )
    return [OrganizationSum(key, name, Hours(entries, minutes)) for key, name, entries, minutes in rows]


def of_volunteer(session: Session, volunteer_id: str) -> Sequence[RegistrationSum]:
    """The parts of a volunteer's hours, by district; the volunteer's sum is theirs."""
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
        .where(Link.volunteer_id == volunteer_id)
        .order_by(registration.district, registration.registration_id)
    )
    return [RegistrationSum(key, district, Hours(entries, minutes)) for key, district, entries, minutes in rows]


def _sum(counted: InstrumentedAttribute[int]) -> ColumnElement[int]:
    return func.coalesce(func.sum(counted), 0)
