"""Can a program stand by much at once, by the page's filters, and take it back?"""

from typing import Any

import pytest

from tenants.hours.models import HourEntry, HourState
from tenants.staff.models import Role
from tests.support.desk import Visitor, program
from tests.support.district import District

pytestmark = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)


def read(machine: Visitor, query: str = "") -> Any:
    answer = machine.get(f"/api/v1/queue{query}")
    assert answer.status_code == 200
    return answer.json


def certify(machine: Visitor, which: list[HourEntry] | None, query: str = "", **stated: Any) -> Any:
    named = None if which is None else [str(entry.id) for entry in which]
    body = {"entries": named, "until": read(machine)["until"]} | stated
    return machine.send("POST", f"/api/v1/queue/certification{query}", json=body)


def states(district: District) -> list[HourState]:
    return [entry.state for entry in district.session.query(HourEntry).order_by(HourEntry.started_at)]


def test_the_sums_follow_the_page_s_filters(district: District, machine: Visitor) -> None:
    community = district.organization("岗厦社区")
    old = district.submitted(hours_ago=50, by="li")
    district.submitted(volunteer="FT2", hours_ago=5, minutes=90, organization=community)
    assert {name: value for name, value in read(machine).items() if name != "until"} == {
        "entries": 2,
        "minutes": 150,
        "oldest_at": old.started_at.isoformat(),
        "own_entries": 1,
    }
    for query, minutes in [
        (f"?organization_id={community.id}", 90),
        ("?last_day=2026-03-05", 60),
        ("?first_day=2026-03-06", 90),
        ("?field=文化&name=张", 150),
        ("?name=李", 0),
        ("?recorded_by=li", 60),
    ]:
        assert read(machine, query)["minutes"] == minutes, query


def test_named_entries_are_certified_in_one_act_and_undone_as_one(district: District, machine: Visitor) -> None:
    first, second, third = (district.submitted(hours_ago=hours) for hours in (50, 20, 5))
    done = certify(machine, [first, second]).json
    assert (done["entries"], done["minutes"], done["own_entries"], done["not_waiting"]) == (2, 120, 0, 0)
    assert states(district) == [HourState.CERTIFIED, HourState.CERTIFIED, HourState.SUBMITTED]
    again = certify(machine, [first, third]).json
    assert (again["entries"], again["not_waiting"]) == (1, 1)
    undone = machine.send("POST", "/api/v1/queue/undo", json={"certified_at": done["certified_at"]}).json
    assert undone == {"entries": 2, "minutes": 120}
    assert states(district) == [HourState.SUBMITTED, HourState.SUBMITTED, HourState.CERTIFIED]


def test_all_are_those_that_match_and_were_there(district: District, machine: Visitor) -> None:
    district.submitted(hours_ago=50)
    district.submitted(hours_ago=20, by="li")
    district.submitted(hours_ago=5)
    assert certify(machine, None, until="2026-03-01T00:00:00Z").json["entries"] == 0
    assert certify(machine, None, "?last_day=2026-03-05").json["entries"] == 1
    rest = certify(machine, None).json
    assert (rest["entries"], rest["own_entries"]) == (1, 1)
    assert states(district) == [HourState.CERTIFIED, HourState.SUBMITTED, HourState.CERTIFIED]


@pytest.mark.parametrize(
    "stated",
    [
        {"until": "2026-03-07T12:00:00"},
        {"until": "0001-01-01T00:00:00+08:00"},
        {"until": "9999-12-31T23:59:59-08:00"},
        {"until": None},
        {"entries": []},
        {"entries": ["x"]},
    ],
)
def test_what_cannot_stand_changes_nothing(district: District, machine: Visitor, stated: dict[str, Any]) -> None:
    district.submitted()
    answer = certify(machine, None, **stated)
    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"].startswith(f"#/{next(iter(stated))}")
    assert states(district) == [HourState.SUBMITTED]


def test_who_certifies_nowhere_has_no_queue(district: District) -> None:
    recorder = program(district, "wang", role=Role.RECORDER)
    assert recorder.get("/api/v1/queue").status_code == 403
