"""How does a district's part rest, go on, or end, and who learns of it?"""

from collections.abc import Callable
from datetime import timedelta

import msgspec
import pytest

from federation.directory import taking_part
from federation.directory.bus_accounts import accounts
from federation.directory.models import District as Enrolled
from federation.directory.models import DistrictChange
from federation.errors import NotFound, ReasonMissing, StateForbids
from federation.ledger.models import LedgerEntry
from federation.mailbox import QuarantinedMessage
from sync.contracts.memberships import MEMBERSHIP_CHANGED, MembershipState
from tests.hub.peers import AT, District, Hub, hours

LATER = AT + timedelta(hours=1)


def act(hub: Hub, how: Callable[..., Enrolled], code: str = "futian", *, reason: str = "audit", **options: bool) -> None:
    with hub.sessions.begin() as session:
        how(session, code, reason=reason, by="operator", at=LATER, **options)


def told(hub: Hub, district: District) -> list[tuple[str, str]]:
    """What the district was told about its part: state and reason."""
    events = [event for event in hub.said_to(district) if event.type == MEMBERSHIP_CHANGED]
    states = [msgspec.json.decode(event.data, type=MembershipState) for event in events]
    return [(state.state, state.reason) for state in states]


def test_what_a_suspended_district_says_is_refused_and_what_it_said_stays(hub: Hub) -> None:
    futian, luohu = hub.enrol("futian", "luohu")
    hub.hears(futian.says(hours("e1")))
    act(hub, taking_part.suspend, reason="keys were seen elsewhere")
    assert hub.hears(futian.says(hours("e2"))) is None
    assert hub.hears(futian.lights_beacon()) is None
    assert {message.code for message in hub.rows(QuarantinedMessage)} == {"not_taking_part"}
    assert [entry.entry_id for entry in hub.rows(LedgerEntry)] == ["e1"]
    assert hub.hears(luohu.says(hours("e3"))) is not None
    assert told(hub, futian) == [("suspended", "keys were seen elsewhere")]
    assert told(hub, luohu) == []


def test_a_district_that_resumes_goes_on_where_it_was(hub: Hub) -> None:
    [futian] = hub.enrol("futian")
    hub.hears(futian.says(hours("e1")))
    act(hub, taking_part.suspend)
    refused = futian.says(hours("e2"))
    hub.hears(refused)
    act(hub, taking_part.resume, reason="all is well")
    position = hub.hears(refused)
    assert position is not None
    assert position.sequence == 2
    assert told(hub, futian)[-1] == ("active", "all is well")


def test_a_district_leaves_when_the_hub_has_everything(hub: Hub) -> None:
    [futian] = hub.enrol("futian")
    with pytest.raises(StateForbids, match="0 of 0"):
        act(hub, taking_part.leave)
    hub.hears(futian.says(hours("e1")), futian.lights_beacon(head=3))
    with pytest.raises(StateForbids, match="1 of 3"):
        act(hub, taking_part.leave)
    hub.hears(futian.says(hours("e2"), hours("e3")), futian.lights_beacon())
    act(hub, taking_part.leave, reason="merged into another district")
    assert hub.hears(futian.says(hours("e4"))) is None
    assert len(hub.rows(LedgerEntry)) == 3
    assert told(hub, futian) == [("left", "merged into another district")]


def test_a_district_that_is_gone_can_be_closed_unfinished(hub: Hub) -> None:
    [futian] = hub.enrol("futian")
    hub.hears(futian.lights_beacon(head=3))
    act(hub, taking_part.leave, unfinished=True)
    assert [district.state for district in hub.rows(Enrolled)] == ["left"]


def test_who_has_left_may_not_speak_on_the_bus_and_keeps_its_code(hub: Hub) -> None:
    hub.enrol("futian", "luohu")
    act(hub, taking_part.leave, unfinished=True)
    act(hub, taking_part.suspend, "luohu")
    held = hub.asked(accounts, cipher=hub.settings.field_cipher)
    assert {account.party: account.may_speak for account in held} == {"futian": False, "luohu": True}


@pytest.mark.parametrize(
    ("before", "then"),
    [
        ([], taking_part.resume),
        ([taking_part.suspend], taking_part.suspend),
        ([taking_part.leave], taking_part.leave),
        ([taking_part.leave], taking_part.resume),
        ([taking_part.leave], taking_part.suspend),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(
    hub: Hub, before: list[Callable[..., Enrolled]], then: Callable[..., Enrolled]
) -> None:
    [futian] = hub.enrol("futian")
    hub.hears(futian.says(hours("e1")), futian.lights_beacon())
    for change in before:
        act(hub, change)
    with pytest.raises(StateForbids):
        act(hub, then)
    assert len(told(hub, futian)) == len(before)


def test_each_change_needs_a_reason_and_stays_on_record(hub: Hub) -> None:
    hub.enrol("futian")
    with pytest.raises(ReasonMissing):
        act(hub, taking_part.suspend, reason="  ")
    with pytest.raises(NotFound):
        act(hub, taking_part.suspend, "luohu")
    act(hub, taking_part.suspend, reason="first")
    act(hub, taking_part.resume, reason="second")
    changes = [(one.version, one.state, one.reason, one.changed_by, one.changed_at) for one in hub.rows(DistrictChange)]
    assert changes == [(1, "suspended", "first", "operator", LATER), (2, "active", "second", "operator", LATER)]
