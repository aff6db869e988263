"""Can a volunteer ID be checked, and is it its bearer's alone?"""

import secrets

import pytest

from federation.identity import volunteer_ids
from federation.identity.linking.issuing import unused_ids
from federation.identity.models import Volunteer
from tests.hub.peers import AT, Hub


def test_an_id_begins_with_the_province_and_ends_with_check_digits() -> None:
    drawn = {volunteer_ids.draw(province) for province in ("11", "44", "65") for _ in range(100)}
    assert {(len(one), one.isdecimal(), int(one) % 97) for one in drawn} == {(14, True, 1)}
    assert {one[:2] for one in drawn} == {"11", "44", "65"}


def test_nobody_is_given_an_id_that_somebody_holds(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = iter([7, 7, 8, 7, 9])
    monkeypatch.setattr(secrets, "randbelow", lambda _limit: next(numbers))
    held = volunteer_ids.draw("44")
    with hub.sessions.begin() as session:
        session.add(Volunteer(volunteer_id=held, district="futian", issued_at=AT))
    with hub.sessions() as session:
        issued = unused_ids(session, 2, province="44")
    assert sorted(int(volunteer_id[2:12]) for volunteer_id in issued) == [8, 9]
