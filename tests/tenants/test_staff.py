"""May only the right people do what they may do, where they may do it?"""

from datetime import timedelta

import pytest

from tenants.errors import Invalid, NotAllowed, SignInRefused, SignInThrottled
from tenants.organizations.arranging import add_organization, root
from tenants.organizations.models import Organization, OrganizationKind
from tenants.staff.models import Role, StaffMember
from tenants.staff.permissions import Permission, require, scope
from tenants.staff.signing_in import (
    FAILURES_PER_ACCOUNT,
    WINDOW,
    add_staff_member,
    change_password,
    issue_token,
    sign_in,
    staff_of_token,
)
from tests.support.district import NOW, District

PASSWORD = "correct horse battery"


def member(district: District, organization: Organization, role: Role = Role.COORDINATOR) -> StaffMember:
    staff = add_staff_member(
        district.session, username="li", name="李敏", password=PASSWORD, role=role, organization=organization
    )
    district.session.commit()
    return staff


def attempt(district: District, password: str, *, username: str = "li", after: timedelta = timedelta()) -> StaffMember:
    try:
        return sign_in(district.session, username, password, address="192.0.2.1", at=NOW + after)
    finally:
        district.session.commit()


def test_the_right_password_opens_and_a_wrong_one_does_not(district: District) -> None:
    staff = member(district, district.street)
    assert attempt(district, PASSWORD) is staff
    with pytest.raises(SignInRefused) as wrong:
        attempt(district, PASSWORD + "!")
    with pytest.raises(SignInRefused) as unknown:
        attempt(district, PASSWORD, username="nobody")
    assert str(wrong.value) == str(unknown.value)


def test_guessing_is_slowed_down_even_for_the_right_password(district: District) -> None:
    member(district, district.street)
    for _ in range(FAILURES_PER_ACCOUNT):
        with pytest.raises(SignInRefused):
            attempt(district, "guess")
    with pytest.raises(SignInThrottled) as throttled:
        attempt(district, PASSWORD)
    assert 0 < throttled.value.retry_after_seconds <= WINDOW.total_seconds()
    assert attempt(district, PASSWORD, after=WINDOW).username == "li"


def test_a_closed_account_stays_out(district: District) -> None:
    member(district, district.street).active = False
    district.session.commit()
    with pytest.raises(SignInRefused):
        attempt(district, PASSWORD)


def test_a_short_password_is_not_taken(district: District) -> None:
    staff = member(district, district.street)
    with pytest.raises(Invalid):
        change_password(district.session, staff, "short")


def test_a_role_reaches_down_the_tree_and_not_beside_it(district: District) -> None:
    below = district.organization("福山社区")
    beside = add_organization(
        district.session, district="futian", kind=OrganizationKind.STREET, name="莲花街道", parent=root(district.session)
    )
    staff = member(district, district.street)
    assert scope(district.session, staff, Permission.CERTIFY) == {district.street.id, below.id}
    with pytest.raises(NotAllowed):
        require(district.session, staff, Permission.CERTIFY, beside.id)


def test_a_sector_reaches_the_teams_in_it_wherever_they_are(district: District) -> None:
    sector = add_organization(
        district.session, district="futian", kind=OrganizationKind.SECTOR, name="医疗", parent=root(district.session)
    )
    team = add_organization(
        district.session,
        district="futian",
        kind=OrganizationKind.TEAM,
        name="导诊队",
        parent=district.organization("福山社区"),
        sector=sector,
    )
    staff = member(district, sector)
    assert scope(district.session, staff, Permission.CERTIFY) == {sector.id, team.id}


@pytest.mark.parametrize(
    ("role", "may_certify"),
    [(Role.COORDINATOR, True), (Role.RECORDER, False), (Role.VIEWER, False), (Role.ADMINISTRATOR, False)],
)
def test_only_coordinators_certify(district: District, role: Role, may_certify: bool) -> None:
    staff = member(district, district.street, role)
    assert bool(scope(district.session, staff, Permission.CERTIFY)) is may_certify


def test_a_token_acts_for_its_owner_until_it_expires(district: District) -> None:
    staff = member(district, district.street)
    issued = issue_token(district.session, staff, purpose="report", lifetime=timedelta(days=1), at=NOW)
    district.session.commit()
    assert staff_of_token(district.session, issued, at=NOW) is staff
    assert staff_of_token(district.session, issued, at=NOW + timedelta(days=1)) is None
    assert staff_of_token(district.session, issued + "x", at=NOW) is None


def test_a_new_password_ends_every_token_of_the_account_alone(district: District) -> None:
    staff = member(district, district.street)
    other = add_staff_member(
        district.session, username="wang", name="王", password=PASSWORD, role=Role.VIEWER, organization=district.street
    )
    tokens = [
        issue_token(district.session, owner, purpose="report", lifetime=timedelta(days=1), at=NOW) for owner in (staff, other)
    ]
    district.session.commit()
    change_password(district.session, staff, "another long password")
    district.session.commit()
    assert [staff_of_token(district.session, issued, at=NOW) for issued in tokens] == [None, other]


@pytest.mark.parametrize(
    ("kind", "parent"),
    [(OrganizationKind.DISTRICT, True), (OrganizationKind.COMMUNITY, False), (OrganizationKind.STREET, False)],
)
def test_the_tree_keeps_its_order(district: District, kind: OrganizationKind, parent: bool) -> None:
    with pytest.raises(Invalid):
        add_organization(district.session, district="futian", kind=kind, name="x", parent=district.street if parent else None)
