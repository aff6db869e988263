"""May only the right people do what they may do, where they may do it?"""

from datetime import timedelta

import pytest

from tenants.errors import Invalid, NotAllowed, NotFound
from tenants.organizations.arranging import add_organization, root
from tenants.organizations.models import Organization, OrganizationKind
from tenants.staff.appointing import add_staff_member
from tenants.staff.models import Role, StaffMember
from tenants.staff.permissions import Permission, require, scope
from tenants.staff.securing import change_password, close_account
from tenants.staff.tokens import issue_token, staff_of_token, valid_tokens, withdraw_token
from tests.support.district import NOW, District

PASSWORD = "correct horse battery"


def member(district: District, organization: Organization, role: Role = Role.COORDINATOR) -> StaffMember:
    staff = add_staff_member(
        district.session, username="li", name="李敏", password=PASSWORD, role=role, organization=organization
    )
    district.session.commit()
    return staff


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


@pytest.mark.parametrize("username", ["", "Li", "li min", " li", "李敏", "-li", "l" * 41, "li\0"])
def test_a_name_in_which_an_account_s_acts_could_be_mistaken_is_not_taken(district: District, username: str) -> None:
    with pytest.raises(Invalid) as refused:
        add_staff_member(
            district.session, username=username, name="李敏", password=PASSWORD, role=Role.VIEWER, organization=district.street
        )
    assert refused.value.field == "username"


@pytest.mark.parametrize("username", ["l", "li.min", "li-2@futian.example", "l" * 40])
def test_a_plain_name_is_taken(district: District, username: str) -> None:
    add_staff_member(
        district.session, username=username, name="敏" * 80, password=PASSWORD, role=Role.VIEWER, organization=district.street
    )
    district.session.commit()


@pytest.mark.parametrize("name", ["", " ", "敏" * 81])
def test_a_person_needs_a_name_that_can_be_kept(district: District, name: str) -> None:
    with pytest.raises(Invalid) as refused:
        add_staff_member(
            district.session, username="li", name=name, password=PASSWORD, role=Role.VIEWER, organization=district.street
        )
    assert refused.value.field == "name"


def test_a_second_role_is_valid_beside_the_first_until_it_is_withdrawn(district: District) -> None:
    community = district.organization("福山社区")
    staff = member(district, community)
    staff.appoint(Role.RECORDER, district.street)
    district.session.commit()
    assert scope(district.session, staff, Permission.RECORD) == {district.street.id, community.id}
    assert scope(district.session, staff, Permission.CERTIFY) == {community.id}
    staff.dismiss(Role.COORDINATOR, community)
    district.session.commit()
    assert scope(district.session, staff, Permission.CERTIFY) == set()


def test_a_role_is_changed_in_place(district: District) -> None:
    community = district.organization("福山社区")
    staff = member(district, community)
    staff.reappoint(Role.COORDINATOR, community, to_role=Role.VIEWER, to_organization=district.street)
    district.session.commit()
    assert [(held.role, held.organization) for held in staff.roles] == [(Role.VIEWER, district.street)]


def test_a_role_is_held_once_and_only_what_is_held_is_withdrawn(district: District) -> None:
    staff = member(district, district.street)
    staff.appoint(Role.VIEWER, district.street)
    with pytest.raises(Invalid, match="already"):
        staff.appoint(Role.VIEWER, district.street)
    with pytest.raises(Invalid, match="already"):
        staff.reappoint(Role.VIEWER, district.street, to_role=Role.COORDINATOR, to_organization=district.street)
    for act in (staff.dismiss, lambda *held: staff.reappoint(*held, to_role=Role.VIEWER, to_organization=district.street)):
        with pytest.raises(Invalid, match="is not recorder"):
            act(Role.RECORDER, district.street)


def test_a_closed_account_s_tokens_stay_withdrawn_when_it_is_opened_again(district: District) -> None:
    staff = member(district, district.street)
    issued = issue_token(district.session, staff, purpose="report", lifetime=timedelta(days=1), at=NOW)
    close_account(district.session, staff)
    with pytest.raises(Invalid, match="closed"):
        issue_token(district.session, staff, purpose="report", lifetime=timedelta(days=1), at=NOW)
    staff.active = True
    district.session.commit()
    assert staff_of_token(district.session, issued, at=NOW) is None


def test_a_token_is_listed_while_it_is_valid_and_withdrawn_alone(district: District) -> None:
    staff, session = member(district, district.street), district.session
    short, long = (
        issue_token(session, staff, purpose=f"{days} days", lifetime=timedelta(days=days), at=NOW) for days in (1, 2)
    )
    session.commit()
    assert [token.purpose for token in valid_tokens(session, at=NOW)] == ["1 days", "2 days"]
    [listed] = valid_tokens(session, at=NOW + timedelta(days=1))
    withdraw_token(session, listed.token_hash[:8])
    session.commit()
    assert staff_of_token(session, long, at=NOW) is None
    assert staff_of_token(session, short, at=NOW) is staff


@pytest.mark.parametrize("token_id", ["", "0", "%", "________"])
def test_only_an_id_that_was_listed_withdraws(district: District, token_id: str) -> None:
    issue_token(district.session, member(district, district.street), purpose="x", lifetime=timedelta(days=1), at=NOW)
    with pytest.raises(NotFound):
        withdraw_token(district.session, token_id)


@pytest.mark.parametrize("purpose", [" ", "x" * 121])
def test_a_token_needs_a_purpose_that_can_be_kept(district: District, purpose: str) -> None:
    with pytest.raises(Invalid):
        issue_token(district.session, member(district, district.street), purpose=purpose, lifetime=timedelta(days=1), at=NOW)
