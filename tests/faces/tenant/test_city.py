"""Does a district's staff see how it stands with the city, and act on it where they may?"""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from sync.mailbox.recovery import Comparing, Fetching, Step
from tenants.joining.models import Membership
from tenants.mailbox import ParkedRecord, QuarantinedMessage, StreamCursor, StreamHead, open_streams
from tenants.organizations.arranging import root
from tenants.staff.models import Role
from tests.support.desk import Visitor, add_staff, at_desk, program
from tests.support.district import District

# Ahead, so that it is not long ago when a slow run comes to the last test.
NOW = datetime.now(UTC) + timedelta(hours=1)


@pytest.fixture(autouse=True)
def streams_are_open(district: District) -> None:
    open_streams(district.session, "futian")
    district.submitted()
    district.session.commit()


@pytest.fixture
def operator(district: District) -> Visitor:
    """A coordinator of the whole district, signed in."""
    return at_desk(district, "zhou", organization=root(district.session))


def head(district: District, **changes: Any) -> StreamHead:
    """The stream to the hub, after these changes."""
    found: StreamHead = district.session.query(StreamHead).one()
    for name, value in changes.items():
        setattr(found, name, value)
    district.session.commit()
    return found


def cursor(district: District, **changes: Any) -> StreamCursor:
    """The stream from the hub, after these changes."""
    found: StreamCursor = district.session.query(StreamCursor).one()
    for name, value in changes.items():
        setattr(found, name, value)
    district.session.commit()
    return found


def heard(district: District, **changes: Any) -> StreamHead:
    """The stream to the hub, of which the hub has everything."""
    sequence = head(district).sequence
    return head(district, **{"peer_sequence": sequence, "peer_heard_at": NOW, "peer_verdict": "applied"} | changes)


def kept(step: Step) -> bytes:
    return msgspec.json.encode(step)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "The city has everything up to"),
        ({"peer_sequence": 0}, "changes are on their way to the city."),
        ({"peer_heard_at": None}, "The city has not answered yet."),
        ({"peer_heard_at": NOW - timedelta(hours=3)}, "The city has not answered since"),
        ({"peer_verdict": "differs"}, "do not hold the same records"),
        ({"peer_verdict": "fork"}, "remembers another history"),
        (
            {"recovery": kept(Fetching(3, 1, 40, until=1)), "peer_verdict": "fork"},
            "given back, up to event 40 of epoch 1 so far",
        ),
        ({"recovery": kept(Comparing())}, "The city has everything up to"),
    ],
)
@pytest.mark.parametrize("path", ["/desk/", "/city/"])
def test_what_there_is_to_say_first_is_said_in_plain_words(
    district: District, li: Visitor, changes: dict[str, Any], said: str, path: str
) -> None:
    heard(district, **changes)
    li.get(path)
    assert said in li.text()


def test_a_suspended_district_is_told_why(district: District, li: Visitor) -> None:
    heard(district)
    suspended = Membership(district="futian", state="suspended", reason="its keys were seen", since=NOW, epoch=1, version=1)
    district.session.add(suspended)
    district.session.commit()
    li.get("/city/")
    assert "The city has suspended this district: its keys were seen" in li.text()


def test_the_page_shows_what_is_parked_and_refused_and_never_its_bytes(district: District, li: Visitor) -> None:
    event = {"stream": "futian/down", "epoch": 1, "sequence": 7, "record_key": "r1", "type": "volunteer_id.assigned.v2"}
    district.session.add(ParkedRecord(**event, line=b"secret", reason="nothing here applies it", parked_at=NOW))
    refused = {"claimed_stream": "futian/down", "code": "bad_signature", "detail": "not the hub's"}
    district.session.add(QuarantinedMessage(**refused, size_bytes=6, head=b"secret", received_at=NOW))
    district.session.commit()
    li.get("/city/")
    assert all(words in li.text() for words in ("nothing here applies it", "bad_signature", "1/7"))
    assert "secret" not in li.text()


def test_only_who_looks_after_the_whole_district_has_buttons(district: District, li: Visitor, operator: Visitor) -> None:
    assert "Compare now" not in li.get("/city/").text
    assert li.post("/city/comparison").status_code == 403
    assert head(district).recovery is None
    assert "Compare now" in operator.get("/city/").text


def test_what_is_pressed_is_done_and_said(district: District, operator: Visitor) -> None:
    heard(district)
    operator.get("/city/")
    operator.post("/city/comparison")
    assert "The records are compared as soon as the city answers" in operator.text()
    assert (head(district).recovery, cursor(district).wish) == (kept(Comparing()), "compare")
    assert "Replay" not in operator.text()
    operator.post("/city/replay")
    assert "The records are being compared or recovered already." in operator.text()
    head(district, recovery=None)
    operator.get("/city/")
    operator.post("/city/replay")
    assert "on its way again" in operator.text()
    assert (head(district).peer_sequence, cursor(district).wish) == (0, "gap")
    operator.post("/city/retry")
    assert "0 events went through." in operator.text()


@pytest.mark.parametrize(("hours_ago", "equal"), [(0, True), (2, False)])
def test_a_city_that_is_silent_is_equal_for_nobody(district: District, hours_ago: int, equal: bool) -> None:
    heard(district, peer_heard_at=NOW - timedelta(hours=hours_ago))
    shown = program(district, "zhou").get("/api/v1/standing").json
    assert shown is not None
    assert (shown["equal"], shown["hub_has"] == shown["head"]) == (equal, True)


def test_programs_read_and_do_the_same(district: District) -> None:
    heard(district)
    machine = program(district, "zhou", organization=root(district.session))
    shown = machine.get("/api/v1/city").json
    assert shown is not None
    assert (shown["standing"]["state"], shown["said"]["waiting"], shown["told"]["behind"]) == ("equal", 0, 0)
    assert [kind["kind"] for kind in shown["said_sums"]["kinds"]] == ["organization", "registration"]
    compared = machine.send("POST", "/api/v1/city/comparison").json
    assert compared is not None
    assert (compared["said"]["recovery"], compared["told"]["wish"]) == ("comparing", "compare")
    assert machine.send("POST", "/api/v1/city/replay").status_code == 409
    assert machine.send("POST", "/api/v1/city/retry").json == {"went_through": 0}


def test_a_program_of_one_street_only_reads(machine: Visitor) -> None:
    assert machine.get("/api/v1/city").status_code == 200
    assert machine.send("POST", "/api/v1/city/comparison").status_code == 403


def test_an_administrator_may_act_and_a_viewer_not(district: District) -> None:
    whole = root(district.session)
    for name, role, status in (("wu", Role.ADMINISTRATOR, 303), ("yu", Role.VIEWER, 403)):
        add_staff(district, name, role=role, organization=whole)
        visitor = Visitor(district)
        visitor.sign_in(name)
        visitor.get("/city/")
        assert visitor.post("/city/retry", follow=False).status_code == status
