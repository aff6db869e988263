"""Do two persons become one, and one two again, for everybody who has to know?"""

import threading
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import text

from federation.errors import FederationError, Invalid, NotFound, ReasonMissing, StateForbids
from federation.identity.aliases import resolve
from federation.identity.merging.merging import merge
from federation.identity.merging.previewing import Move, preview_merge, preview_split
from federation.identity.merging.separating import keep_apart, let_together
from federation.identity.models import DoNotLink, Link, LinkReason, PersonTotal
from federation.identity.volunteer_ids import draw
from federation.ledger import totals
from federation.mailbox import ParkedRecord
from sync.contracts.identities import VOLUNTEER_ID_CLAIMED, VolunteerIdState, claim_key
from tests.hub.peers import AT, Hub, Told, hours, new_id, registration
from tests.hub.stewards import Desk, desk_of, somebody
from tests.support.waiting import eventually


@pytest.fixture
def desk(hub: Hub) -> Desk:
    """A steward's desk where two people are known, one of them by two registrations with one document."""
    desk = desk_of(
        hub,
        {
            "futian": [somebody(1, "a1", document="D"), somebody(2, "a2")],
            "luohu": [somebody(1, "b1", document="D"), somebody(3, "b3")],
        },
    )
    futian, luohu = desk.districts.values()
    hub.hears(
        futian.says(hours("e1", registration_id="a1", minutes=60), hours("e2", registration_id="a2", minutes=30)),
        luohu.says(hours("e3", registration_id="b1", minutes=15)),
    )
    return desk


def claim(registration_id: str, volunteer_id: str) -> Told:
    said = VolunteerIdState(registration_id=registration_id, volunteer_id=volunteer_id)
    return Told(VOLUNTEER_ID_CLAIMED, claim_key(said), 1, said)


def alike(key: str) -> Told:
    """A registration of somebody without a document, so like all others of these that a machine links them."""
    return registration(key, name="欧阳震华", birth_date="1977-07-17", phone="13812345678")


def minutes_of(hub: Hub, volunteer_id: str) -> int:
    return sum(part.hours.minutes for part in hub.asked(totals.of_volunteer, volunteer_id))


def test_the_id_that_was_issued_first_survives_and_the_other_leads_to_it(desk: Desk) -> None:
    before = desk.ids()
    desk.merge(before["b3"], before["a1"])
    after = desk.ids()
    assert after == before | {"b3": before["a1"]}
    assert desk.aliases() == {before["b3"]: before["a1"]}
    assert desk.hub.asked(resolve, before["b3"]) == before["a1"] == desk.hub.asked(resolve, before["a1"])
    [moved] = [link for link in desk.hub.rows(Link) if link.registration_id == "b3"]
    assert (moved.reason, moved.by, moved.verified, moved.version) == (LinkReason.STEWARD, "lin", True, 2)


def test_an_alias_of_an_alias_leads_there_in_one_step(desk: Desk) -> None:
    ids = desk.ids()
    desk.merge(ids["a2"], ids["b3"])
    desk.merge(ids["a1"], ids["a2"])
    assert desk.aliases() == {ids["a2"]: ids["a1"], ids["b3"]: ids["a1"]}


def test_the_hours_follow_and_nobody_is_counted_twice(desk: Desk) -> None:
    hub, ids = desk.hub, desk.ids()
    act = desk.merge(ids["a1"], ids["a2"])
    assert minutes_of(hub, ids["a1"]) == minutes_of(hub, ids["a2"]) == 105
    city = hub.asked(totals.city)
    assert (city.people, city.registrations, city.hours.minutes) == (2, 4, 105)
    desk.undo(act)
    assert (minutes_of(hub, ids["a1"]), minutes_of(hub, ids["a2"])) == (75, 30)
    assert hub.asked(totals.city).people == 3


def test_the_district_that_lost_a_person_is_the_one_through_which_it_became_known(desk: Desk) -> None:
    ids = desk.ids()
    desk.merge(ids["a1"], ids["b3"])
    assert {total.district: (total.registrations, total.persons) for total in desk.hub.rows(PersonTotal)} == {
        "futian": (2, 2),
        "luohu": (2, 0),
    }


def test_the_districts_are_told_whose_their_registrations_are(desk: Desk) -> None:
    hub, ids = desk.hub, desk.ids()
    luohu = desk.districts["luohu"]
    before = len(hub.said_to(luohu))
    act = desk.merge(ids["a1"], ids["b3"])
    assert hub.told(luohu)["b3"] == ids["a1"]
    desk.undo(act)
    assert hub.told(luohu)["b3"] == ids["b3"]
    assert [(event.subject, event.recordversion) for event in hub.said_to(luohu)[before:]] == [("b3", 2), ("b3", 3)]


@pytest.mark.parametrize(
    ("one", "other", "refusal"),
    [
        ("a1", "b1", Invalid),
        ("a1", "44000000000000", NotFound),
        ("44000000000000", "a1", NotFound),
    ],
    ids=["one person already", "nobody's ID", "nobody's ID first"],
)
def test_who_cannot_be_merged(desk: Desk, one: str, other: str, refusal: type[FederationError]) -> None:
    ids, before = desk.ids(), desk.tables()
    with pytest.raises(refusal):
        desk.merge(ids.get(one, one), ids.get(other, other))
    assert desk.tables() == before


def test_every_act_needs_a_reason(desk: Desk) -> None:
    ids = desk.ids()
    with pytest.raises(ReasonMissing):
        desk.does(merge, ids["a1"], ids["a2"], reason=" ", settings=desk.hub.settings, by="lin")
    with pytest.raises(ReasonMissing):
        desk.does(keep_apart, "a1", "a2", reason="", by="lin")


def test_two_resident_identity_numbers_are_merged_only_by_who_knows_of_them(hub: Hub) -> None:
    desk = desk_of(hub, {"futian": [somebody(1, "a1", document="D"), somebody(2, "a2", document="E")]})
    ids = desk.ids()
    with pytest.raises(StateForbids, match="two different resident identity numbers"):
        desk.merge(ids["a1"], ids["a2"])
    desk.merge(ids["a1"], ids["a2"], despite_documents=True)
    assert len(set(desk.ids().values())) == 1


def test_who_was_told_apart_is_merged_only_when_that_is_taken_back(desk: Desk) -> None:
    ids = desk.ids()
    desk.does(keep_apart, "a2", "b1", reason="two faces", by="lin")
    with pytest.raises(StateForbids, match="different people"):
        desk.merge(ids["a1"], ids["a2"])
    with pytest.raises(StateForbids, match="already"):
        desk.does(keep_apart, "b1", "a2", reason="two faces", by="lin")
    desk.does(let_together, "b1", "a2", reason="one face", by="mei")
    with pytest.raises(NotFound):
        desk.does(let_together, "b1", "a2", reason="one face", by="mei")
    desk.merge(ids["a1"], ids["a2"])
    with pytest.raises(StateForbids, match="Split"):
        desk.does(keep_apart, "a2", "b1", reason="two faces", by="lin")
    assert desk.differences() == ()


def test_two_verified_persons_need_two_stewards(hub: Hub) -> None:
    desk = desk_of(hub, {"futian": [somebody(number, f"a{number}") for number in range(1, 5)]})
    ids = desk.ids()
    desk.merge(ids["a1"], ids["a2"])
    desk.merge(ids["a3"], ids["a4"])
    for second in (None, "lin"):
        with pytest.raises(StateForbids, match="two stewards"):
            desk.merge(ids["a1"], ids["a3"], seconded_by=second)
    desk.merge(ids["a1"], ids["a3"], seconded_by="mei")
    assert len(set(desk.ids().values())) == 1


def test_who_is_split_off_returns_to_the_id_it_first_had(desk: Desk) -> None:
    before = desk.ids()
    desk.merge(before["a1"], before["b3"])
    desk.split(before["a1"], ["b3"])
    assert desk.ids() == before
    assert desk.aliases() == {}
    assert {(pair.one, pair.other) for pair in desk.hub.rows(DoNotLink)} == {("a1", "b3"), ("b1", "b3")}


def test_who_never_had_an_id_of_its_own_gets_a_new_one(desk: Desk) -> None:
    before = desk.ids()
    act = desk.split(before["a1"], ["b1"])
    new = desk.ids()["b1"]
    assert new not in before.values()
    assert desk.hub.told(desk.districts["luohu"])["b1"] == new
    assert desk.persons() == 4
    desk.undo(act)
    assert desk.ids() == before
    assert desk.aliases() == {new: before["a1"]}
    desk.split(before["a1"], ["b1"])
    assert desk.ids()["b1"] == new


def test_an_id_goes_with_the_registration_for_which_it_was_issued(desk: Desk) -> None:
    before = desk.ids()
    desk.merge(before["a1"], before["a2"])
    desk.merge(before["a1"], before["b3"])
    desk.split(before["a1"], ["a1", "b1"])
    after = desk.ids()
    assert (after["a1"], after["b1"]) == (before["a1"], before["a1"])
    assert after["a2"] == after["b3"] == before["a2"]
    assert desk.aliases() == {before["b3"]: before["a2"]}


def test_who_shares_a_document_is_split_off_together(hub: Hub) -> None:
    desk = desk_of(
        hub,
        {
            "futian": [somebody(1, "a1"), somebody(2, "a2", document="D")],
            "luohu": [somebody(2, "b2", document="D"), somebody(3, "b3")],
        },
    )
    before = desk.ids()
    desk.merge(before["a1"], before["a2"])
    desk.merge(before["a1"], before["b3"])
    desk.split(before["a1"], ["a2", "b2", "b3"])
    assert desk.ids() == before


@pytest.mark.parametrize("chosen", [[], ["a1", "b1"], ["a2"], ["nobody"]])
def test_somebody_is_split_off_and_somebody_stays(desk: Desk, chosen: list[str]) -> None:
    ids, before = desk.ids(), desk.tables()
    with pytest.raises(Invalid):
        desk.split(ids["a1"], chosen)
    assert desk.tables() == before


def test_what_was_split_by_hand_is_not_linked_again_when_it_is_told_again(hub: Hub) -> None:
    desk = desk_of(hub, {"futian": [somebody(1, "a1", document="D")], "luohu": [somebody(1, "b1", document="D")]})
    desk.split(desk.ids()["a1"], ["b1"])
    ids = desk.ids()
    for code, key in (("futian", "a1"), ("luohu", "b1")):
        told = somebody(1, key, document="D")
        again = type(told)(told.type, told.key, 2, told.data)
        hub.hears(desk.districts[code].says(again))
    assert desk.ids() == ids
    assert hub.rows(DoNotLink)
    assert desk.differences() == ()


def test_a_preview_says_what_happens_then(desk: Desk) -> None:
    ids = desk.ids()
    settings = desk.hub.settings
    shown = desk.hub.asked(preview_merge, ids["b3"], ids["a1"], settings=settings)
    assert (shown.volunteer_id, shown.moves) == (ids["a1"], (Move("b3", "luohu", ids["a1"]),))
    assert (shown.aliases, shown.districts_told, shown.needs_two) == ((ids["b3"],), ["luohu"], False)
    assert desk.ids() == ids
    desk.merge(ids["b3"], ids["a1"])
    shown = desk.hub.asked(preview_split, ids["a1"], ["b1", "b3"], settings=settings)
    assert {move.registration_id: move.to for move in shown.moves} == {"b1": None, "b3": ids["b3"]}
    assert shown.own_again == (ids["b3"],)


def test_hours_that_come_while_people_are_merged_are_counted_once(desk: Desk) -> None:
    hub, ids = desk.hub, desk.ids()
    futian = desk.districts["futian"]
    said = [futian.says(hours(new_id(), registration_id=key, minutes=10)) for key in ("a1", "a2", "a2")]
    posting = threading.Thread(target=hub.hears, args=said)
    posting.start()
    act = desk.merge(ids["a1"], ids["a2"])
    posting.join()
    assert minutes_of(hub, ids["a2"]) == 105 + 30
    assert hub.asked(totals.city).hours.minutes == 135
    desk.undo(act)
    assert minutes_of(hub, ids["a2"]) == 50


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_two_stewards_who_merge_the_same_persons_at_once_do_it_once(desk: Desk) -> None:
    hub, ids = desk.hub, desk.ids()
    named: dict[str, Any] = {"reason": "same face", "settings": hub.settings, "at": AT}
    refusals: list[FederationError] = []

    def second() -> None:
        try:
            with hub.sessions.begin() as session:
                merge(session, ids["a2"], ids["a1"], by="mei", **named)
        except Invalid as refusal:
            refusals.append(refusal)

    waiting = threading.Thread(target=second)
    with hub.sessions() as session:
        merge(session, ids["a1"], ids["a2"], by="lin", **named)
        waiting.start()
        with hub.sessions() as watching:
            eventually(
                lambda: watching.scalar(text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"))
            )
        session.commit()
    waiting.join()
    assert len(refusals) == 1
    assert desk.persons() == 2
    assert desk.differences() == ()


@pytest.mark.parametrize("first", ["futian", "luohu"])
def test_registrations_that_only_look_alike_keep_the_ids_that_were_shown_for_each(hub: Hub, first: str) -> None:
    """The hub had lost everything, and linked what came again in another order than before."""
    people = {"futian": [alike("a")], "luohu": [alike("b")]}
    desk = desk_of(hub, people)
    assert len(set(desk.ids().values())) == 1
    shown = {"a": draw("44"), "b": draw("44")}
    by_district = {"futian": "a", "luohu": "b"}
    for code in sorted(desk.districts, key=lambda code: code != first):
        key = by_district[code]
        hub.hears(desk.districts[code].says(claim(key, shown[key])))
    assert desk.ids() == shown
    assert desk.persons() == 2
    assert desk.differences() == ()


@pytest.mark.parametrize("first", ["futian", "luohu"])
def test_who_was_split_off_since_the_backup_has_the_id_that_was_shown_and_the_other_keeps_theirs(hub: Hub, first: str) -> None:
    desk = desk_of(hub, {"futian": [alike("a")], "luohu": [alike("b")]})
    shown = {"a": desk.ids()["a"], "b": draw("44")}
    claims = {"futian": claim("a", shown["a"]), "luohu": claim("b", shown["b"])}
    for code in sorted(claims, key=lambda code: code != first):
        hub.hears(desk.districts[code].says(claims[code]))
    assert desk.ids() == shown
    assert desk.persons() == 2
    assert desk.differences() == ()


def test_whom_a_steward_merged_no_claim_parts(desk: Desk) -> None:
    before = desk.ids()
    desk.merge(before["a2"], before["b3"])
    one = desk.ids()["a2"]
    desk.hub.hears(desk.districts["futian"].says(claim("a2", one)))
    desk.hub.hears(desk.districts["luohu"].says(claim("b3", draw("44"))))
    assert desk.ids()["a2"] == desk.ids()["b3"]
    assert desk.differences() == ()


def test_a_registration_does_not_stay_under_another_s_id_where_its_own_is_somebody_s(hub: Hub) -> None:
    people = {"futian": [alike("a"), somebody(2, "c")], "luohu": [alike("b")]}
    desk = desk_of(hub, people)
    shown = {"a": draw("44"), "c": draw("44")}
    hub.hears(desk.districts["futian"].says(*(claim(key, volunteer_id) for key, volunteer_id in shown.items())))
    assert desk.ids() == shown | {"b": shown["a"]}
    hub.hears(desk.districts["luohu"].says(claim("b", shown["c"])))
    assert desk.ids() | shown == desk.ids()
    assert desk.ids()["b"] not in shown.values()
    assert desk.differences() == ()


@pytest.mark.parametrize("order", list(permutations("abc")), ids="".join)
def test_those_for_whom_one_id_is_claimed_stay_together_in_whatever_order_that_comes(hub: Hub, order: tuple[str, ...]) -> None:
    districts = {"futian": "a", "luohu": "b", "nanshan": "c"}
    desk = desk_of(hub, {code: [alike(key)] for code, key in districts.items()})
    assert desk.persons() == 1
    one, other = draw("44"), draw("44")
    shown = {"a": one, "b": other, "c": other}
    for key in order:
        [code] = [code for code, its in districts.items() if its == key]
        hub.hears(desk.districts[code].says(claim(key, shown[key])))
    assert desk.ids() == shown
    assert desk.persons() == 2
    assert desk.differences() == ()


@pytest.mark.parametrize("first", ["futian", "luohu"])
def test_whom_only_a_machine_took_for_those_whom_a_steward_merged_no_claim_takes_along(hub: Hub, first: str) -> None:
    desk = desk_of(hub, {"futian": [alike("a"), alike("a2")]})
    ids = desk.ids()
    desk.merge(ids["a"], ids["a2"])
    [luohu] = hub.enrol("luohu")
    hub.hears(luohu.says(alike("b")))
    one, other = desk.ids()["a"], draw("44")
    assert set(desk.ids().values()) == {one}
    says = {"futian": (desk.districts["futian"], [claim("a", one), claim("a2", one)]), "luohu": (luohu, [claim("b", other)])}
    for code in sorted(says, key=lambda code: code != first):
        district, claims = says[code]
        hub.hears(district.says(*claims))
    assert desk.ids() == {"a": one, "a2": one, "b": other}
    assert desk.differences() == ()


@pytest.mark.parametrize("order", [("a", "b", "b"), ("b", "b", "a"), ("b", "a", "b"), ("a", "b", "b", "a")], ids="".join)
def test_what_was_claimed_for_both_long_ago_does_not_take_one_along_to_the_other_s_id(hub: Hub, order: tuple[str, ...]) -> None:
    """A steward had split them since, and the hub was put back to before that."""
    desk = desk_of(hub, {"futian": [alike("a")], "luohu": [alike("b")]})
    one, other = draw("44"), draw("44")
    said = {"a": [one, one], "b": [one, other]}
    districts = dict(zip("ab", desk.districts.values(), strict=True))
    for key in order:
        hub.hears(districts[key].says(claim(key, said[key].pop(0))))
    assert desk.ids() == {"a": one, "b": other}
    assert desk.differences() == ()


@pytest.mark.parametrize("order", list(permutations("abc")), ids="".join)
def test_whom_a_steward_merged_stay_together_in_whatever_order_claims_come(hub: Hub, order: tuple[str, ...]) -> None:
    """The merge was taken back since, and the hub put back to before that."""
    desk = desk_of(hub, {"futian": [alike("a"), alike("c")]})
    ids = desk.ids()
    desk.merge(ids["a"], ids["c"])
    desk.districts["luohu"], *_ = hub.enrol("luohu")
    hub.hears(desk.districts["luohu"].says(alike("b")))
    one, other = sorted(ids.values(), key=lambda volunteer_id: volunteer_id != desk.ids()["a"])
    assert set(desk.ids().values()) == {one}
    claims = {"a": claim("a", one), "b": claim("b", other), "c": claim("c", other)}
    for key in order:
        hub.hears(desk.districts["luohu" if key == "b" else "futian"].says(claims[key]))
    assert desk.ids() == {"a": one, "b": other, "c": one}
    assert desk.differences() == ()


def test_a_new_id_of_both_that_one_district_claims_before_the_other_is_that_of_both(hub: Hub) -> None:
    desk = desk_of(hub, {"futian": [alike("a")], "luohu": [alike("b")]})
    futian, luohu = desk.districts.values()
    for shown in (desk.ids()["a"], draw("44")):
        hub.hears(futian.says(claim("a", shown)), luohu.says(claim("b", shown)))
        assert desk.ids() == {"a": shown, "b": shown}
    assert desk.persons() == 1
    assert desk.differences() == ()


def test_nobody_gets_the_id_of_somebody_whom_a_machine_would_not_take_them_for(hub: Hub) -> None:
    desk = desk_of(hub, {"futian": [alike("a")], "luohu": [somebody(1, "b")]})
    futian, luohu = desk.districts.values()
    ids = desk.ids()
    hub.hears(futian.says(claim("a", ids["a"])), luohu.says(claim("b", ids["a"])))
    assert desk.ids() == ids


def test_claims_that_came_with_one_that_cannot_be_taken_still_know_of_each_other(hub: Hub) -> None:
    desk = desk_of(hub, {"futian": [registration("a", document="D"), registration("b", document="D")]})
    assert desk.persons() == 1
    futian = desk.districts["futian"]
    hub.hears(futian.says(registration("b", version=2, document="E")))
    shown = {"a": draw("44"), "b": draw("44")}
    of_nobody = claim("x", draw("44"))
    hub.hears(futian.says(*(claim(key, volunteer_id) for key, volunteer_id in shown.items()), of_nobody))
    assert [row.record_key for row in hub.rows(ParkedRecord)] == [of_nobody.key]
    assert desk.ids() == shown
    assert desk.differences() == ()


@pytest.mark.parametrize("together", [True, False])
def test_every_id_that_a_district_claims_for_somebody_answers_and_the_last_is_theirs(desk: Desk, together: bool) -> None:
    """The hub was put back twice: its second life gave somebody another ID before it heard of the first."""
    ids, luohu = desk.ids(), desk.districts["luohu"]
    shown = [draw("44"), draw("44")]
    claims = [claim("b3", one) for one in shown]
    for part in [claims] if together else [[one] for one in claims]:
        desk.hub.hears(luohu.says(*part))
    assert desk.ids() == ids | {"b3": shown[1]}
    assert desk.aliases() == {shown[0]: shown[1], ids["b3"]: shown[1]}
