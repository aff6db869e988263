"""Does the hub know how far it has followed each district?"""

from datetime import datetime, timedelta

from federation.directory import taking_part
from federation.directory.models import Organization
from federation.directory.standing import SILENCE, Standing, StandingState, standings
from federation.ledger import totals
from federation.ledger.totals import Hours, OrganizationSum
from federation.mailbox import ParkedRecord, evidence
from sync import streams
from sync.mailbox.asking import WhereParted
from tests.hub.peers import AT, Hub, Told, hours, organization, registration

LATER = AT + timedelta(minutes=5)


def standing(hub: Hub, at: datetime = AT) -> Standing:
    [found] = hub.asked(standings, at=at)
    return found


def held(hub: Hub) -> str:
    """The root over the records that the hub has of the only district."""
    return hub.asked(evidence.sums, streams.up("futian")).root


def test_a_district_that_never_spoke_is_not_called_equal(hub: Hub) -> None:
    hub.enrol("futian")
    found = standing(hub)
    assert (found.equal, found.as_of, found.state) == (False, None, StandingState.UNHEARD)


def test_all_that_was_said_makes_equal_as_of_the_last_event(hub: Hub) -> None:
    [futian] = hub.enrol("futian")
    hub.hears(futian.says(hours("e1"), hours("e2")))
    found = standing(hub)
    assert (found.equal, found.behind, found.as_of, found.state) == (True, 0, AT, StandingState.EQUAL)


def test_a_beacon_moves_as_of_where_nothing_is_missing(hub: Hub) -> None:
    [futian] = hub.enrol("futian")
    hub.hears(futian.says(hours("e1")), futian.lights_beacon(at=LATER))
    assert standing(hub).as_of == LATER


def test_a_beacon_shows_how_much_is_missing_and_as_of_stays(hub: Hub) -> None:
    [futian] = hub.enrol("futian")
    hub.hears(futian.says(hours("e1")), futian.lights_beacon(head=4, at=LATER))
    found = standing(hub)
    assert (found.equal, found.behind, found.as_of, found.state) == (False, 3, AT, StandingState.BEHIND)


def test_nobody_is_called_equal_who_has_not_been_heard_for_long(hub: Hub) -> None:
    [futian] = hub.enrol("futian")
    hub.hears(futian.says(hours("e1")), futian.lights_beacon())
    assert standing(hub, AT + SILENCE).equal
    found = standing(hub, AT + SILENCE + timedelta(seconds=1))
    assert (found.equal, found.state, found.as_of) == (False, StandingState.SILENT, AT)


def test_what_is_parked_or_quarantined_is_counted_for_its_district(hub: Hub) -> None:
    futian, luohu = hub.enrol("futian", "luohu")
    unknown = Told("signup.made.v1", "s1", 1, hours("e1").data)
    said = luohu.says(unknown, hours("e2"))
    hub.hears(futian.says(hours("e1")), said, said[:-1])
    found = {standing.district: standing for standing in hub.asked(standings, at=AT)}
    assert (found["futian"].parked, found["futian"].quarantined, found["futian"].equal) == (0, 0, True)
    assert (found["luohu"].parked, found["luohu"].quarantined, found["luohu"].equal) == (1, 1, False)
    assert found["luohu"].state is StandingState.PARKED


def test_equal_records_are_proven_and_others_differ_until_they_are_equal_again(hub: Hub) -> None:
    [futian] = hub.enrol("futian")
    hub.hears(futian.says(hours("e1")))
    hub.hears(futian.lights_beacon(root=held(hub)))
    assert (standing(hub).proven_at, standing(hub).state) == (AT, StandingState.EQUAL)
    hub.hears(futian.lights_beacon(root="other", at=LATER))
    found = standing(hub)
    assert (found.state, found.since, found.proven_at) == (StandingState.DIFFERS, LATER, AT)
    hub.hears(futian.lights_beacon(root=held(hub), at=LATER))
    assert (standing(hub).proven_at, standing(hub).state) == (LATER, StandingState.EQUAL)


def test_a_district_that_asks_for_what_it_lost_is_recovering(hub: Hub) -> None:
    [futian] = hub.enrol("futian")
    hub.hears(futian.says(hours("e1")), futian.asks(WhereParted(stream=futian.stream, epoch=1, hashes={})))
    found = standing(hub)
    assert (found.state, found.since) == (StandingState.RECOVERING, AT)


def test_a_district_that_takes_no_part_is_not_called_silent(hub: Hub) -> None:
    [futian] = hub.enrol("futian")
    hub.hears(futian.says(hours("e1")))
    long_after = AT + timedelta(days=1)
    for act, state in ((taking_part.suspend, StandingState.SUSPENDED), (taking_part.leave, StandingState.LEFT)):
        with hub.sessions.begin() as session:
            act(session, "futian", reason="audit", by="operator", at=AT)
        assert (standing(hub, long_after).state, standing(hub, long_after).since) == (state, None)


def test_what_needs_a_person_most_is_most_urgent() -> None:
    assert sorted(StandingState, key=lambda state: state.urgency)[0] is StandingState.FORKED
    assert StandingState.PARKED.urgency < StandingState.BEHIND.urgency < StandingState.EQUAL.urgency


def test_what_was_parked_goes_through_once_its_cause_is_gone(hub: Hub) -> None:
    futian, luohu = hub.enrol("futian", "luohu")
    hub.hears(luohu.says(registration("r1")), futian.says(registration("r1"), registration("r1", version=2), hours("e1")))
    assert len(hub.rows(ParkedRecord)) == 2
    with hub.sessions.begin() as session:
        assert hub.inbox.retry(session, streams.up("futian")) == 0
    hub.forgets("r1")
    with hub.sessions.begin() as session:
        assert hub.inbox.retry(session, streams.up("futian")) == 2
    assert hub.told(futian).keys() == {"r1"}
    assert hub.rows(ParkedRecord) == []


def test_an_organization_is_known_in_its_place_and_its_sector(hub: Hub) -> None:
    [futian] = hub.enrol("futian")
    hub.hears(futian.says(organization("team", name="导诊队", parent="street", sector="medical")))
    assert [(one.parent_id, one.sector_id) for one in hub.rows(Organization)] == [("street", "medical")]
    hub.hears(futian.says(organization("team", name="导诊队", parent="street", version=2)))
    assert [(one.parent_id, one.sector_id) for one in hub.rows(Organization)] == [("street", None)]


def test_an_organization_is_known_by_its_newest_name(hub: Hub) -> None:
    futian, luohu = hub.enrol("futian", "luohu")
    hub.hears(
        futian.says(
            organization("team", name="海珠社区队", parent="district", version=2), organization("district", name="福田")
        ),
        futian.says(organization("team", name="旧名", parent="district"), hours("e1", organization_id="team")),
        luohu.says(organization("team", name="别的队"), hours("e1", organization_id="nameless", minutes=5)),
    )
    assert hub.asked(totals.by_organization, "futian") == [OrganizationSum("futian", "team", Hours(1, 60), "海珠社区队")]
    assert hub.asked(totals.by_organization, "luohu") == [OrganizationSum("luohu", "nameless", Hours(1, 5), None)]
