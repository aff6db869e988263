"""Does the queue certify exactly what a coordinator stands by?"""

import re
from datetime import timedelta

import pytest

from tenants.hours.models import HourEntry, HourState
from tests.support.desk import Visitor, at_desk
from tests.support.district import District

pytestmark = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


def entries(visitor: Visitor) -> list[str]:
    """The ids that can be ticked on the page that is shown."""
    assert visitor.page is not None
    return re.findall(r'name="entry" value="([^"]+)"', visitor.page.text)


def certify(visitor: Visitor, which: str = "ticked", *, entry: list[str] | None = None, query: str = "") -> None:
    visitor.post(f"/queue/certification{query}", which=which, entry=entry or [], shown_at=visitor.hidden("shown_at"))


def undo(visitor: Visitor) -> None:
    visitor.post("/queue/undo", certified_at=visitor.hidden("certified_at"))


def states(district: District) -> list[HourState]:
    return [entry.state for entry in district.session.query(HourEntry).order_by(HourEntry.started_at)]


def test_the_oldest_shift_comes_first(district: District, li: Visitor) -> None:
    late, early = (district.submitted(hours_ago=hours) for hours in (5, 50))
    li.get("/queue/")
    assert entries(li) == [str(early.id), str(late.id)]
    assert "2 entries wait, 2 h." in li.text()


def test_what_is_ticked_is_certified_and_nothing_else(district: District, li: Visitor) -> None:
    for hours in (5, 50):
        district.submitted(hours_ago=hours)
    li.get("/queue/")
    certify(li, entry=entries(li)[:1])
    assert "You certified 1 entry, 1 h." in li.text()
    assert states(district) == [HourState.CERTIFIED, HourState.SUBMITTED]
    assert [event.type for event, _ in district.said()].count("hours.certified.v1") == 1


def test_nothing_ticked_is_said(district: District, li: Visitor) -> None:
    district.submitted()
    li.get("/queue/")
    certify(li)
    assert "Nothing was certified." in li.text()
    assert states(district) == [HourState.SUBMITTED]


def test_all_means_all_that_match_the_filter(district: District, li: Visitor) -> None:
    district.submitted(volunteer="FT1", hours_ago=5)
    district.submitted(volunteer="FT2", hours_ago=50, by="other recorder")
    query = "?recorded_by=other+recorder"
    li.get(f"/queue/{query}")
    assert "the one entry that matches the filter" in li.text()
    certify(li, "all", query=query)
    assert states(district) == [HourState.CERTIFIED, HourState.SUBMITTED]


def test_what_came_after_the_page_was_shown_is_not_certified_with_all(district: District, li: Visitor) -> None:
    district.submitted(hours_ago=50)
    li.get("/queue/")
    late = district.submitted(hours_ago=5)
    late.changed_at += timedelta(days=3650)
    certify(li, "all")
    assert states(district) == [HourState.CERTIFIED, HourState.SUBMITTED]


def test_own_entries_are_marked_and_left(district: District, li: Visitor) -> None:
    district.submitted(hours_ago=50, by="li")
    district.submitted(hours_ago=5)
    li.get("/queue/")
    assert len(entries(li)) == 1
    assert "You recorded this yourself" in li.text()
    certify(li, "all")
    assert "1 entry that you recorded yourself is left for another coordinator." in li.text()
    assert states(district) == [HourState.SUBMITTED, HourState.CERTIFIED]


def test_an_act_on_many_is_undone_as_one(district: District, li: Visitor) -> None:
    for hours in (5, 50, 100):
        district.submitted(hours_ago=hours)
    li.get("/queue/")
    certify(li, entry=entries(li)[:1])
    certify(li, "all")
    undo(li)
    assert "2 entries wait again." in li.text()
    assert states(district) == [HourState.CERTIFIED, HourState.SUBMITTED, HourState.SUBMITTED]
    assert [event.type for event, _ in district.said()].count("hours.revoked.v1") == 2


def test_nobody_undoes_the_act_of_somebody_else(district: District, li: Visitor) -> None:
    district.submitted()
    li.get("/queue/")
    certify(li, "all")
    certified_at = li.hidden("certified_at")
    wang = at_desk(district, "wang")
    wang.get("/queue/")
    wang.post("/queue/undo", certified_at=certified_at)
    assert "0 entries wait again." in wang.text()
    assert states(district) == [HourState.CERTIFIED]


def test_an_entry_that_somebody_else_took_is_counted(district: District, li: Visitor) -> None:
    district.submitted()
    wang = at_desk(district, "wang")
    wang.get("/queue/")
    li.get("/queue/")
    certify(li, "all")
    certify(wang, entry=entries(wang))
    assert "1 ticked entry was no longer waiting." in wang.text()


def test_hours_of_another_place_cannot_be_seen_or_certified(district: District) -> None:
    community = district.organization("岗厦社区")
    elsewhere = district.submitted(hours_ago=50)
    inside = district.submitted(hours_ago=5, organization=community)
    li = at_desk(district, organization=community)
    li.get("/queue/")
    assert entries(li) == [str(inside.id)]
    certify(li, entry=[str(elsewhere.id)])
    certify(li, "all", query=f"?organization={community.id}")
    assert states(district) == [HourState.SUBMITTED, HourState.CERTIFIED]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?name=张", 2),
        ("?name=李", 0),
        ("?field=文化", 2),
        ("?first_day=2026-03-07", 1),
        ("?last_day=2026-03-05", 1),
        ("?recorded_by=recorder", 2),
        ("?first_day=0001-01-01&last_day=9999-12-31", 2),
        ("?page=", 2),
    ],
)
def test_the_queue_is_filtered(district: District, li: Visitor, query: str, found: int) -> None:
    for hours in (5, 50):
        district.submitted(hours_ago=hours)
    li.get(f"/queue/{query}")
    assert len(entries(li)) == found


def test_a_filter_that_makes_no_sense_is_refused_in_words(li: Visitor) -> None:
    answer = li.get("/queue/?first_day=yesterday")
    assert answer.status_code == 422
    assert "Not a valid date value." in li.text()


def test_a_page_that_no_list_has_is_refused_in_words(li: Visitor) -> None:
    answer = li.get(f"/queue/?page={10**30}")
    assert answer.status_code == 422
    assert "Number must be between 1 and" in li.text()


def test_pages_go_on_where_the_last_one_ended(district: District, li: Visitor) -> None:
    for hours in range(5, 65, 2):
        district.submitted(hours_ago=hours)
    li.get("/queue/")
    first = entries(li)
    assert "1–25 of 30" in li.text()
    li.get("/queue/?page=2")
    assert len(set(first + entries(li))) == 30


@pytest.mark.parametrize(
    "values",
    [
        {"which": "every"},
        {"which": "ticked", "entry": "x"},
        {"which": "all", "shown_at": "then"},
        {"which": "all", "shown_at": "2026-03-07T12:00:00"},
        {"which": "all", "shown_at": "0001-01-01T00:00:00+08:00"},
        {"which": "all", "shown_at": "9999-12-31T23:59:59-08:00"},
    ],
)
def test_a_form_that_was_tampered_with_changes_nothing(district: District, li: Visitor, values: dict[str, str]) -> None:
    district.submitted()
    li.get("/queue/")
    valid = {"csrf_token": li.hidden("csrf_token"), "shown_at": li.hidden("shown_at")}
    assert li.send("POST", "/queue/certification", data=valid | values).status_code == 400
    assert states(district) == [HourState.SUBMITTED]


@pytest.mark.parametrize("certified_at", ["", "then", "2026-03-07T12:00:00", "0001-01-01T00:00:00+08:00"])
def test_an_undo_of_no_moment_changes_nothing(district: District, li: Visitor, certified_at: str) -> None:
    district.submitted()
    li.get("/queue/")
    certify(li, "all")
    assert li.post("/queue/undo", certified_at=certified_at).status_code == 400
    assert states(district) == [HourState.CERTIFIED]
