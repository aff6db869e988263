"""Does the tree of organizations keep its order, and does the hub hear of every change?"""

import threading
from typing import Any

import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.orm import sessionmaker

from sync import streams
from sync.contracts.organizations import ORGANIZATION_RECORDED
from sync.mailbox.facts import read_fact
from tenants import mailbox
from tenants.errors import Invalid, NotFound
from tenants.migrations import MIGRATIONS
from tenants.organizations.arranging import (
    add_organization,
    at_or_below,
    found_district,
    move_organization,
    organization_named,
    root,
)
from tenants.organizations.models import Organization, OrganizationKind
from tenants.organizations.restoring import restore_organizations
from tests.support.district import District
from tests.support.waiting import eventually


def add(
    district: District,
    kind: OrganizationKind,
    name: str,
    parent: Organization | None = None,
    *,
    sector: Organization | None = None,
) -> Organization:
    parent = parent or root(district.session)
    return add_organization(district.session, district="futian", kind=kind, name=name, parent=parent, sector=sector)


def move(district: District, organization: Organization, parent: Organization, *, sector: Organization | None = None) -> None:
    move_organization(district.session, organization, district="futian", parent=parent, sector=sector)
    district.session.commit()


def told(district: District, organization: Organization) -> list[tuple[int, dict[str, Any]]]:
    """The versions of an organization that the hub will read."""
    said = [(event, data) for event, data in district.said() if event.type == ORGANIZATION_RECORDED]
    return [(event.recordversion, data) for event, data in said if data["organization_id"] == str(organization.id)]


@pytest.mark.parametrize(
    ("kind", "parent"),
    [(OrganizationKind.DISTRICT, True), (OrganizationKind.COMMUNITY, False), (OrganizationKind.STREET, False)],
)
def test_the_tree_keeps_its_order(district: District, kind: OrganizationKind, parent: bool) -> None:
    with pytest.raises(Invalid):
        add_organization(district.session, district="futian", kind=kind, name="x", parent=district.street if parent else None)


@pytest.mark.parametrize("name", ["", " ", "福" * 121, "福田街道"])
def test_a_name_that_cannot_be_kept_or_is_taken_is_refused(district: District, name: str) -> None:
    with pytest.raises(Invalid) as refused:
        add(district, OrganizationKind.STREET, name)
    assert refused.value.field == "name"


def test_the_hub_hears_of_the_place_and_of_the_sector(district: District) -> None:
    sector = add(district, OrganizationKind.SECTOR, "医疗")
    team = add(district, OrganizationKind.TEAM, "导诊队", district.street, sector=sector)
    district.session.commit()
    place = {"organization_id": str(team.id), "name": "导诊队", "kind": "team", "parent_id": str(district.street.id)}
    assert told(district, team) == [(1, {**place, "sector_id": str(sector.id)})]


def test_an_organization_moves_with_all_below_it(district: District) -> None:
    street = add(district, OrganizationKind.STREET, "莲花街道")
    community = district.organization("福山社区")
    team = add(district, OrganizationKind.TEAM, "导诊队", community)
    move(district, community, street)
    assert at_or_below(district.session, [street.id]) == {street.id, community.id, team.id}
    assert at_or_below(district.session, [district.street.id]) == {district.street.id}
    assert [(version, data["parent_id"]) for version, data in told(district, community)] == [
        (1, str(district.street.id)),
        (2, str(street.id)),
    ]


def test_an_organization_leaves_its_sector_and_stays_in_its_place(district: District) -> None:
    sector = add(district, OrganizationKind.SECTOR, "医疗")
    team = add(district, OrganizationKind.TEAM, "导诊队", district.street, sector=sector)
    move(district, team, district.street)
    assert "sector_id" not in told(district, team)[-1][1]
    assert at_or_below(district.session, [sector.id]) == {sector.id}


def test_to_where_it_is_nothing_moves(district: District) -> None:
    team = add(district, OrganizationKind.TEAM, "导诊队", district.street)
    move(district, team, district.street)
    assert len(told(district, team)) == 1


def test_a_place_that_the_tree_does_not_allow_is_refused(district: District) -> None:
    community = district.organization("福山社区")
    inner = add(district, OrganizationKind.SECTOR, "护理", outer := add(district, OrganizationKind.SECTOR, "医疗"))
    top = root(district.session)
    for moved, parent, sector in [
        (district.street, community, None),
        (top, district.street, None),
        (outer, inner, None),
        (outer, outer, None),
        (community, district.street, top),
        (outer, top, inner),
    ]:
        with pytest.raises(Invalid):
            move_organization(district.session, moved, district="futian", parent=parent, sector=sector)


def test_a_name_is_borne_once_in_a_place(district: District) -> None:
    street = add(district, OrganizationKind.STREET, "莲花街道")
    community = district.organization("福山社区")
    add(district, OrganizationKind.COMMUNITY, "福山社区", street)
    with pytest.raises(Invalid) as refused:
        move(district, community, street)
    assert refused.value.field == "name"
    assert community.parent is district.street


def test_organizations_of_one_name_are_told_apart_by_what_they_stand_below(district: District) -> None:
    community = district.organization("福山社区")
    add(district, OrganizationKind.COMMUNITY, "福山社区", add(district, OrganizationKind.STREET, "莲花街道"))
    slash = add(district, OrganizationKind.TEAM, "一/二队", community)
    with pytest.raises(NotFound, match="2 organizations are called 福山社区"):
        organization_named(district.session, "福山社区")
    assert organization_named(district.session, "福田街道/福山社区") is community
    assert organization_named(district.session, "一/二队") is slash
    with pytest.raises(NotFound):
        organization_named(district.session, "福山社区/福田街道")


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_two_who_found_a_district_at_the_same_moment_found_one(database_url: str) -> None:
    engine = create_engine(database_url)
    MIGRATIONS.upgrade(engine)
    sessions = sessionmaker(engine)
    mailbox.log.listen(sessions)

    def found() -> None:
        with sessions() as session:
            found_district(session, district="futian", name="福田区")
            mailbox.open_streams(session, "futian")
            session.commit()

    second = threading.Thread(target=found)
    with sessions() as session, sessions() as watching:
        found_district(session, district="futian", name="福田区")
        mailbox.open_streams(session, "futian")
        second.start()
        waits = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        eventually(lambda: watching.scalar(waits))
        session.commit()
    second.join()
    with sessions() as session:
        assert session.scalars(select(Organization.name)).all() == ["福田区"]
        assert [head.sequence for head in mailbox.log.heads(session) if head.stream == streams.up("futian")] == [1]
    engine.dispose()


def test_an_organization_that_was_added_again_makes_way_for_the_one_that_comes_back(district: District) -> None:
    lost = add(district, OrganizationKind.SECTOR, "教育")
    district.session.commit()
    fact = read_fact(district.said()[-1][0])
    district.session.delete(lost)
    district.session.commit()
    again = add(district, OrganizationKind.SECTOR, "教育")
    below = add(district, OrganizationKind.SECTOR, "中学", again)
    district.session.commit()
    restore_organizations(district.session, "futian", [fact])
    district.session.commit()
    assert str(organization_named(district.session, "教育").id) == fact.key
    assert again.name.startswith("教育 (")
    assert below.parent is again
    event, data = district.said()[-1]
    assert (event.subject, event.recordversion, data["name"]) == (str(again.id), 2, again.name)
