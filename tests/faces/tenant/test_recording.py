"""Can whoever keeps the lists record a shift of many, without losing what is not ready yet?"""

import re

import pytest

from tenants.hours.models import HourEntry, HourState
from tenants.staff.models import Role
from tests.support.desk import Visitor, at_desk
from tests.support.district import District

on_both = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def address(district: District) -> str:
    """The form for the hours of a volunteer."""
    return f"/recording/volunteers/{district.registration().id}"


def stated(district: District, **changes: str) -> dict[str, str]:
    values = {
        "organization": str(district.street.id),
        "activity": "净滩行动",
        "field": "环保",
        "started_at": "2026-03-06T09:00",
        "ended_at": "2026-03-06T11:00",
        "minutes": "",
        "version": "",
    }
    return values | changes


def the_entry(district: District) -> HourEntry:
    return district.session.query(HourEntry).one()


@on_both
def test_hours_are_submitted(district: District, li: Visitor, address: str) -> None:
    li.get(address)
    li.post(address, stated(district), submit="Submit")
    entry = the_entry(district)
    assert (entry.state, entry.credited_minutes, entry.recorded_by) == (HourState.SUBMITTED, 120, "li")
    assert "The hours wait for another coordinator" in li.text()


def test_the_next_volunteer_of_the_shift_needs_nothing_typed_again(district: District, li: Visitor, address: str) -> None:
    other = district.registration("FT2", name="欧阳娜娜")
    li.get(address)
    li.post(address, stated(district, minutes="100"), submit="Submit")
    assert "Who else served in this shift?" in li.text()
    like = li.hidden("like")
    found = li.get("/recording/", query_string={"words": "欧阳", "like": like})
    [link] = re.findall(rf'href="(/recording/volunteers/{other.id}[^"]*)"', found.text)
    page = li.get(link).text
    for value in ("净滩行动", "环保", "2026-03-06T09:00", "2026-03-06T11:00", "100"):
        assert f'value="{value}"' in page


@on_both
def test_a_draft_is_kept_changed_and_submitted(district: District, li: Visitor, address: str) -> None:
    li.get(address)
    li.post(address, stated(district), keep="Keep as a draft")
    draft = the_entry(district)
    assert draft.state is HourState.DRAFT
    assert "净滩行动" in li.text()
    where = f"/recording/drafts/{draft.id}"
    li.get(where)
    changed = stated(district, ended_at="2026-03-06T10:30", version=li.hidden("version"))
    li.post(where, changed, keep="Keep as a draft")
    assert (the_entry(district).state, the_entry(district).credited_minutes) == (HourState.DRAFT, 90)
    li.get(where)
    li.post(where, stated(district, version=li.hidden("version")), submit="Submit")
    assert (the_entry(district).state, the_entry(district).credited_minutes) == (HourState.SUBMITTED, 120)


@on_both
def test_a_draft_that_overlaps_stays_a_draft(district: District, li: Visitor, address: str) -> None:
    li.get(address)
    li.post(address, stated(district), keep="Keep as a draft")
    draft = the_entry(district)
    district.submitted(hours_ago=26)
    where = f"/recording/drafts/{draft.id}"
    li.get(where)
    answer = li.post(where, stated(district, version=li.hidden("version")), submit="Submit")
    assert answer.status_code == 422
    assert "The shift shares 60 minutes with entry" in li.text()
    assert district.session.get_one(HourEntry, draft.id).state is HourState.DRAFT
    li.post(f"{where}/discard", {"discard-version": li.hidden("discard-version")})
    assert "The draft is gone." in li.text()
    assert the_entry(district).activity == "图书馆导读"


def test_nobody_else_meets_a_draft(district: District, li: Visitor, address: str) -> None:
    li.get(address)
    li.post(address, stated(district), keep="Keep as a draft")
    draft = the_entry(district)
    li.get(f"/volunteers/{draft.registration_id}")
    assert "Draft 2 h 1 entry" in li.text()
    wang = at_desk(district, "wang")
    wang.get(f"/volunteers/{draft.registration_id}")
    assert "No hours yet." in wang.text()
    for path in (f"/hours/{draft.id}/", f"/recording/drafts/{draft.id}"):
        assert wang.get(path).status_code == 404
    wang.get("/recording/")
    assert "You have no drafts." in wang.text()
    answer = wang.post(f"/recording/drafts/{draft.id}/discard", {"discard-version": "1"})
    assert answer.status_code == 404


def test_what_was_submitted_is_no_draft_any_more(district: District, li: Visitor, address: str) -> None:
    li.get(address)
    li.post(address, stated(district), submit="Submit")
    where = f"/recording/drafts/{the_entry(district).id}"
    assert li.get(where).status_code == 409
    li.get("/recording/")
    assert li.post(where, stated(district, version="2"), keep="Keep as a draft").status_code == 409


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"activity": ""}, "Say what was done."),
        ({"activity": "  "}, "Say what was done."),
        ({"field": ""}, "Say in which field it was served."),
        ({"organization": "elsewhere"}, "Not a valid choice."),
        ({"ended_at": "2026-03-06T08:00"}, "The shift ends before it starts."),
        ({"started_at": "0001-01-01T00:00"}, "The shift began before the year 1900."),
        ({"minutes": "121"}, "The duration is longer than the 120 minutes between start and end."),
        ({"minutes": "0"}, "Number must be between 1 and 1440."),
    ],
)
def test_what_cannot_stand_is_refused_at_its_field(
    district: District, li: Visitor, address: str, changes: dict[str, str], words: str
) -> None:
    for act in ("keep", "submit"):
        li.get(address)
        answer = li.post(address, {**stated(district, **changes), act: "x"})
        assert answer.status_code == 422
        assert words in li.text()
        assert f'href="#{next(iter(changes))}"' in answer.text
    assert district.session.query(HourEntry).count() == 0


def test_only_who_may_record_does(district: District, address: str) -> None:
    viewer = at_desk(district, "wang", role=Role.VIEWER)
    assert "/recording/" not in viewer.get("/desk/").text
    assert viewer.get(address).status_code == 403
    recorder = at_desk(district, "chen", role=Role.RECORDER)
    assert recorder.get(address).status_code == 200


def test_hours_are_recorded_only_where_one_may(district: District, address: str) -> None:
    community = district.organization("岗厦社区")
    inside = at_desk(district, "wang", organization=community)
    assert inside.get(address).status_code == 404
    own = f"/recording/volunteers/{district.registration('FT2', organization=community).id}"
    inside.get(own)
    assert inside.post(own, stated(district), submit="Submit").status_code == 422
    assert "Not a valid choice." in inside.text()
