"""Does a steward see who a person is and what has happened, and mend it?"""

import re
from typing import Any

import pytest
from flask import Flask

from federation.accounts.models import Role
from federation.identity.history.models import IdentityEvent, IdentityEventType
from federation.identity.models import DoNotLink
from federation.identity.reviews.models import Review, ReviewDecision
from federation.identity.stewarding.deciding import decide
from tests.hub.peers import Hub, hours, registration
from tests.hub.stewards import Desk, desk_of, somebody
from tests.support.stewards import Steward, steward


@pytest.fixture
def desk(hub: Hub) -> Desk:
    """A hub that knows four people, of whom one has served."""
    desk = desk_of(hub, {"futian": [somebody(1, "a1"), somebody(2, "a2")], "luohu": [somebody(3, "b1"), somebody(4, "b2")]})
    hub.hears(desk.districts["luohu"].says(hours("e1", registration_id="b1", minutes=45)))
    return desk


def spaced(volunteer_id: str) -> str:
    return " ".join((volunteer_id[:2], volunteer_id[2:6], volunteer_id[6:10], volunteer_id[10:12], volunteer_id[12:]))


def test_a_person_is_found_by_an_id_that_they_have_or_had_however_it_is_spaced(desk: Desk, chen: Steward) -> None:
    ids = desk.ids()
    desk.merge(ids["a1"], ids["b1"])
    answer = chen.get("/stewards/persons/", query_string={"volunteer_id": f" {spaced(ids['b1'])}"})
    assert answer.headers["Location"] == f"/stewards/persons/{ids['b1']}"
    page = chen.get(answer.headers["Location"]).text
    assert f"{spaced(ids['b1'])} leads here" in page
    assert f"<h1>{spaced(ids['a1'])}</h1>" in page
    assert "45 min" in page
    for wrong in ("44", ids["a1"][:-1] + str((int(ids["a1"][-1]) + 1) % 10), "x" * 14):
        assert chen.get("/stewards/persons/", query_string={"volunteer_id": wrong}).status_code == 422
    assert chen.get("/stewards/persons/44000000000000").status_code == 404


def test_the_page_says_why_each_registration_is_here_and_what_happened(desk: Desk, chen: Steward) -> None:
    ids = desk.ids()
    act = desk.merge(ids["a1"], ids["b1"], by="mei")
    words = said(chen, ids["a1"])
    for sentence in (
        "a steward said so mei",
        "looked at by a steward",
        "nobody was like it the matching program",
        f"{act} {spaced(ids['b1'])} and {spaced(ids['a1'])} are one person. Reason: same face",
        f"The registration in Luohu moved from {spaced(ids['b1'])} to {spaced(ids['a1'])}.",
        f"{spaced(ids['b1'])} leads to {spaced(ids['a1'])}.",
        f"{spaced(ids['a1'])} was issued for the registration in Futian.",
    ):
        assert sentence in words


def test_registrations_are_split_off_after_what_that_changes_was_shown(hub: Hub, desk: Desk, chen: Steward) -> None:
    ids = desk.ids()
    desk.merge(ids["a1"], ids["b1"])
    address = f"/stewards/persons/{ids['a1']}"
    chen.get(address)
    assert chen.post(f"{address}/split").status_code == 422
    assert "Choose the registrations that are of somebody else" in chen.text()
    assert chen.post(f"{address}/split", registration=["a1", "b1"]).status_code == 422
    chen.post(f"{address}/split", registration=["b1"])
    assert "nothing has changed yet" in chen.text()
    assert f"Luohu {spaced(ids['b1'])} 45 min 1" in chen.text()
    assert chen.post(f"{address}/split", registration=["b1"], confirmed="yes", reason=" ").status_code == 422
    assert "Say why these are of different people" in chen.text()
    assert len(set(desk.ids().values())) == 3
    chen.post(f"{address}/split", registration=["b1"], confirmed="yes", reason="two faces")
    assert "They are split, and no machine links them again." in chen.text()
    assert "Kept apart from" in chen.text()
    assert desk.ids() == ids
    assert [pair.reason for pair in hub.rows(DoNotLink)] == ["two faces"]
    assert desk.differences() == ()


def test_two_persons_are_merged_by_hand_and_that_is_taken_back(desk: Desk, hub: Hub, chen: Steward) -> None:
    ids = desk.ids()
    address = f"/stewards/persons/{ids['b2']}"
    chen.get(address)
    assert chen.post(f"{address}/merge", other="44").status_code == 422
    assert chen.post(f"{address}/merge", other=ids["b2"]).status_code == 422
    assert "are of one person already" in chen.text()
    chen.post(f"{address}/merge", other=spaced(ids["a2"]))
    assert "nothing has changed yet" in chen.text()
    assert chen.post(f"{address}/merge", other=ids["a2"], confirmed="yes", reason="").status_code == 422
    chen.post(f"{address}/merge", other=ids["a2"], confirmed="yes", reason="came to the desk")
    assert "They are one person now." in chen.text()
    assert desk.ids()["b2"] == ids["a2"]
    act = max(event.number for event in hub.rows(IdentityEvent) if event.type == "merged")
    chen.post(f"/stewards/persons/{ids['a2']}/acts/{act}/undo")
    assert f"Act {act} is taken back." in chen.text()
    later = max(event.number for event in hub.rows(IdentityEvent) if event.type == "undone")
    assert f"taken back by act {later}" in said(chen, ids["a2"])
    assert desk.ids() == ids
    assert chen.post(f"/stewards/persons/{ids['a2']}/acts/{act}/undo").status_code == 409
    assert "has been taken back already" in chen.text()


def test_what_came_later_is_taken_back_first(desk: Desk, chen: Steward) -> None:
    ids = desk.ids()
    first = desk.merge(ids["a1"], ids["a2"])
    second = desk.merge(ids["a1"], ids["b1"])
    chen.get(f"/stewards/persons/{ids['a1']}")
    assert chen.post(f"/stewards/persons/{ids['a1']}/acts/{first}/undo").status_code == 409
    assert f"Act {second} came later" in chen.text()


def test_two_who_were_verified_are_merged_by_two(desk: Desk, hub: Hub, chen: Steward) -> None:
    ids = desk.ids()
    desk.merge(ids["a1"], ids["a2"])
    desk.merge(ids["b1"], ids["b2"])
    address = f"/stewards/persons/{ids['a1']}"
    chen.get(address)
    chen.post(f"{address}/merge", other=ids["b1"], confirmed="yes", reason="one face")
    [review] = hub.rows(Review)
    assert f"Another steward has to agree, in review {review.number}." in chen.text()
    assert (review.first_decision_by, desk.ids()["b1"]) == ("chen", ids["b1"])


def test_only_a_lead_takes_back_that_two_are_different_people(app: Flask, hub: Hub, desk: Desk, chen: Steward) -> None:
    hub.hears(desk.districts["luohu"].says(somebody(51, "b9", document="D1")))
    hub.hears(desk.districts["futian"].says(somebody(1, "a9", document="D1")))
    [review] = [one for one in hub.rows(Review) if one.kind == "mistyped"]
    desk.does(
        decide, review.number, ReviewDecision.DIFFERENT, settings=hub.settings, by="mei", reason="the number was mistyped"
    )
    volunteer_id = desk.ids()["b9"]
    page = chen.get(f"/stewards/persons/{volunteer_id}").text
    assert "the number was mistyped" in page
    assert "Take back" not in page
    lead = steward(app, "fang", role=Role.LEAD)
    [address] = re.findall(r'action="([^"]+/withdrawal)"', lead.get(f"/stewards/persons/{volunteer_id}").text)
    assert chen.post(address, reason="x").status_code == 403
    assert lead.post(address, reason="").status_code == 422
    lead.post(address, reason="the number was right")
    assert "These two may be of one person again." in lead.text()
    assert hub.rows(DoNotLink) == []


@pytest.mark.usefixtures("desk")
def test_the_figures_show_no_share_of_few_answers(hub: Hub, desk: Desk, chen: Steward) -> None:
    assert "Nothing has been asked yet." in chen.get("/stewards/figures/").text
    for number in range(5, 9):
        hub.hears(desk.districts["futian"].says(somebody(number, f"c{number}", document=f"D{number}")))
        hub.hears(desk.districts["luohu"].says(somebody(number + 50, f"d{number}", document=f"D{number}")))
    for review, decision in zip(hub.rows(Review), [ReviewDecision.SAME, *[ReviewDecision.DIFFERENT] * 2], strict=False):
        desk.does(decide, review.number, decision, settings=hub.settings, by="mei", reason="seen")
    chen.get("/stewards/figures/")
    assert "Same document, otherwise unlike 1 1 2 0 0 1 of 3, too few for a share" in chen.text()


def test_who_joined_late_says_what_showed_it_and_can_be_parted_again(hub: Hub, chen: Steward) -> None:
    hers: dict[str, Any] = {"name": "欧阳若兰", "birth_date": "1987-11-23", "phone": "13912345678"}
    alone, other = registration("r1", **hers), registration("r2", document="D", name="欧阳若岚", birth_date="1987-03-05")
    desk = desk_of(hub, {"futian": [alone], "luohu": [other], "nanshan": [registration("r3", document="D", **hers)]})
    words = said(chen, desk.ids()["r1"])
    assert "so like that a machine may link, as the registration in Nanshan shows (" in words
    assert "Reason: likeness" not in words
    act = next(event.number for event in hub.rows(IdentityEvent) if event.type is IdentityEventType.MERGED)
    chen.post(f"/stewards/persons/{desk.ids()['r1']}/acts/{act}/undo")
    assert len(set(desk.ids().values())) == 2


def said(visitor: Steward, volunteer_id: str) -> str:
    """The words of a person's page."""
    visitor.get(f"/stewards/persons/{volunteer_id}")
    return re.sub(r" +", " ", visitor.text())
