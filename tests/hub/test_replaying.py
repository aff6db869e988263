"""Does the history show that somebody changed it, or the tables beside it?"""

from typing import Any

import pytest
from sqlalchemy import delete, text, update

from federation.identity.history.models import IdentityEvent, IdentityEventType
from federation.identity.history.replaying import ChainBroken
from federation.identity.models import DoNotLink, Link, PersonTotal, VolunteerAlias
from federation.identity.stewarding.verifying import verify
from tests.hub.peers import Hub
from tests.hub.stewards import Desk, desk_of, somebody


@pytest.fixture
def desk(hub: Hub) -> Desk:
    """A desk behind which persons have been merged and split."""
    desk = desk_of(hub, {"futian": [somebody(number, f"a{number}") for number in range(1, 5)]})
    ids = desk.ids()
    desk.merge(ids["a1"], ids["a2"])
    desk.merge(ids["a1"], ids["a3"])
    desk.split(ids["a1"], ["a3"])
    return desk


def test_an_untouched_history_is_whole_and_says_what_the_tables_say(desk: Desk) -> None:
    found = desk.hub.asked(verify)
    *_, last = desk.hub.rows(IdentityEvent)
    assert (found.events, found.hash, found.differences) == (last.number, last.hash, ())


def test_an_empty_history_is_whole(hub: Hub) -> None:
    assert hub.asked(verify).events == 0


def test_every_event_but_the_last_acts_names_its_act(desk: Desk) -> None:
    events = desk.hub.rows(IdentityEvent)
    begun = [event for event in events if event.type in (IdentityEventType.MERGED, IdentityEventType.SPLIT)]
    assert [event.act for event in begun] == [None, None, None]
    for event in begun:
        part = [one.type for one in events if one.act == event.number]
        assert IdentityEventType.MOVED in part


@pytest.mark.parametrize(
    "change",
    [
        {"by": "somebody else"},
        {"body": "{}"},
        {"registration_id": "a4"},
        {"type": IdentityEventType.VERIFIED},
        {"hash": b"\x00" * 32},
    ],
    ids=["who", "what", "about whom", "of what kind", "the hash"],
)
def test_a_changed_event_is_found_by_its_number(desk: Desk, change: dict[str, Any]) -> None:
    with desk.hub.sessions.begin() as session:
        session.execute(update(IdentityEvent).where(IdentityEvent.number == 10).values(**change))
    with pytest.raises(ChainBroken) as broken:
        desk.hub.asked(verify)
    assert broken.value.number == 10


def test_an_event_of_a_kind_that_there_is_not_is_found(desk: Desk) -> None:
    with desk.hub.sessions.begin() as session:
        session.execute(text("UPDATE identity_event SET type = 'vanished' WHERE number = 9"))
    with pytest.raises(ChainBroken) as broken:
        desk.hub.asked(verify)
    assert broken.value.number == 9


def test_an_event_that_was_taken_out_is_missed(desk: Desk) -> None:
    with desk.hub.sessions.begin() as session:
        session.execute(delete(IdentityEvent).where(IdentityEvent.number == 3))
    with pytest.raises(ChainBroken) as broken:
        desk.hub.asked(verify)
    assert broken.value.number == 3


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (update(Link).where(Link.registration_id == "a4").values(verified=True), "link of registration a4"),
        (delete(VolunteerAlias), "alias"),
        (delete(DoNotLink).where(DoNotLink.one == "a1"), "pair to keep apart"),
        (update(PersonTotal).values(persons=PersonTotal.persons + 1), "sums of district futian"),
    ],
    ids=["a link", "an alias", "a pair", "a sum"],
)
def test_a_table_that_says_something_else_is_named(desk: Desk, statement: Any, words: str) -> None:
    with desk.hub.sessions.begin() as session:
        session.execute(statement)
    differences = desk.hub.asked(verify).differences
    assert differences
    assert all(difference.startswith(words) for difference in differences if "sums" not in difference or "sums" in words)
