"""Can a volunteer ID be read, checked and trusted to be its bearer's alone?"""

import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.identity import volunteer_ids
from federation.identity.issuing import unused_ids
from federation.identity.models import Volunteer
from tests.hub.peers import AT, Hub

DRAWN = st.builds(volunteer_ids.draw, st.sampled_from(["11", "44", "65"]))


@given(DRAWN)
def test_an_id_is_read_back_however_it_is_grouped(drawn: str) -> None:
    assert volunteer_ids.read(drawn) == drawn
    assert volunteer_ids.read(volunteer_ids.shown(drawn)) == drawn


def test_an_id_is_shown_in_groups_that_begin_with_the_province_and_end_with_the_check_digits() -> None:
    drawn = volunteer_ids.draw("44")
    province, *body, check = volunteer_ids.shown(drawn).split()
    assert (province, [len(part) for part in body], len(check)) == ("44", [4, 4, 2], 2)
    assert int(drawn) % 97 == 1


@given(DRAWN, st.integers(0, volunteer_ids.LENGTH - 1), st.integers(1, 9))
def test_a_wrong_digit_is_noticed(drawn: str, place: int, shift: int) -> None:
    wrong = str((int(drawn[place]) + shift) % 10)
    assert volunteer_ids.read(drawn[:place] + wrong + drawn[place + 1 :]) is None


@given(DRAWN, st.integers(0, volunteer_ids.LENGTH - 2))
def test_two_swapped_digits_are_noticed(drawn: str, place: int) -> None:
    swapped = drawn[:place] + drawn[place + 1] + drawn[place] + drawn[place + 2 :]
    assert swapped == drawn or volunteer_ids.read(swapped) is None


@pytest.mark.parametrize("written", ["", "4412", "44000000000000000", "4x123456789012", "４４１２３４５６７８９０１２"])
def test_what_is_no_id_is_refused(written: str) -> None:
    assert volunteer_ids.read(written) is None


def test_nobody_is_given_an_id_that_somebody_holds(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = iter([7, 7, 8, 7, 9])
    monkeypatch.setattr(secrets, "randbelow", lambda _limit: next(numbers))
    held = volunteer_ids.draw("44")
    with hub.sessions.begin() as session:
        session.add(Volunteer(volunteer_id=held, issued_at=AT))
    with hub.sessions() as session:
        issued = unused_ids(session, 2, province="44")
    assert sorted(int(volunteer_id[2:12]) for volunteer_id in issued) == [8, 9]
