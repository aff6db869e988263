"""Does the right password open, and does guessing neither open nor keep anybody out?"""

from datetime import datetime, timedelta

import pytest

from sync.accounts.throttling import (
    FAILURES_PER_ADDRESS,
    FAILURES_PER_NAME,
    FAILURES_PER_NAME_AND_ADDRESS,
    KNOWN_FOR,
    WINDOW,
)
from sync.databases.sqlite import READ_ONLY
from tenants.errors import SignInRefused, SignInThrottled
from tenants.staff import signing_in
from tenants.staff.appointing import add_staff_member
from tenants.staff.models import Role, StaffMember
from tenants.staff.securing import change_password, close_account
from tests.support.district import NOW, District

PASSWORD = "correct horse battery"
OFFICE, ELSEWHERE = "192.0.2.1", "198.51.100.1"


@pytest.fixture
def li(district: District) -> StaffMember:
    """A coordinator."""
    staff = add_staff_member(
        district.session, username="li", name="李敏", password=PASSWORD, role=Role.COORDINATOR, organization=district.street
    )
    district.session.commit()
    return staff


def sign_in(
    district: District, password: str = PASSWORD, *, username: str = "li", address: str = OFFICE, at: datetime = NOW
) -> StaffMember:
    session = district.session
    session.rollback()
    session.connection(execution_options=READ_ONLY)
    try:
        attempt = signing_in.begin(session, username, address=address, at=at)
        session.rollback()
        return signing_in.finish(session, attempt, attempt.check(password))
    finally:
        session.commit()


def fail(district: District, *, username: str = "li", address: str = OFFICE, times: int = 1, at: datetime = NOW) -> None:
    """Failures as they are counted, without the time that their passwords take."""
    for _ in range(times):
        signing_in.throttle.note_failure(district.session, username, address, at=at)
    district.session.commit()


def test_the_right_password_opens_and_a_wrong_one_does_not(district: District, li: StaffMember) -> None:
    assert sign_in(district) is li
    with pytest.raises(SignInRefused) as wrong:
        sign_in(district, PASSWORD + "!")
    with pytest.raises(SignInRefused) as unknown:
        sign_in(district, username="nobody")
    assert str(wrong.value) == str(unknown.value)


def test_a_closed_account_stays_out(district: District, li: StaffMember) -> None:
    close_account(district.session, li)
    district.session.commit()
    with pytest.raises(SignInRefused):
        sign_in(district)


@pytest.mark.usefixtures("li")
@pytest.mark.parametrize("username", ["li\0", "l" * 50, "\ud800", ""])
def test_a_name_that_no_account_can_have_is_refused_like_any_other(district: District, username: str) -> None:
    with pytest.raises(SignInRefused):
        sign_in(district, username=username)


def test_guessing_is_slowed_down_even_for_the_right_password(district: District, li: StaffMember) -> None:
    for _ in range(FAILURES_PER_NAME_AND_ADDRESS):
        with pytest.raises(SignInRefused):
            sign_in(district, "guess")
    with pytest.raises(SignInThrottled) as throttled:
        sign_in(district)
    assert throttled.value.retry_after_seconds == WINDOW.total_seconds()
    assert sign_in(district, at=NOW + WINDOW) is li


def test_the_time_to_wait_is_over_when_the_next_attempt_is_free(district: District, li: StaffMember) -> None:
    for minute in range(FAILURES_PER_NAME_AND_ADDRESS + 2):
        fail(district, at=NOW + timedelta(minutes=minute))
    with pytest.raises(SignInThrottled) as throttled:
        sign_in(district, at=NOW + timedelta(minutes=10))
    free = NOW + timedelta(minutes=10, seconds=throttled.value.retry_after_seconds)
    with pytest.raises(SignInThrottled):
        sign_in(district, at=free - timedelta(seconds=1))
    assert sign_in(district, at=free) is li


def test_a_stranger_who_guesses_keeps_nobody_out(district: District, li: StaffMember) -> None:
    fail(district, address=ELSEWHERE, times=FAILURES_PER_NAME_AND_ADDRESS)
    with pytest.raises(SignInThrottled):
        sign_in(district, address=ELSEWHERE)
    assert sign_in(district) is li


def test_many_names_from_one_address_are_slowed_down(district: District, li: StaffMember) -> None:
    for number in range(FAILURES_PER_ADDRESS):
        fail(district, username=f"guess{number}")
    with pytest.raises(SignInThrottled):
        sign_in(district)
    assert sign_in(district, address=ELSEWHERE) is li


@pytest.mark.usefixtures("li")
def test_guessing_from_many_addresses_is_slowed_down(district: District) -> None:
    for number in range(FAILURES_PER_NAME):
        fail(district, address=f"198.51.100.{number}")
    with pytest.raises(SignInThrottled):
        sign_in(district)


def test_where_somebody_signed_in_before_no_stranger_keeps_them_out(district: District, li: StaffMember) -> None:
    sign_in(district)
    for number in range(FAILURES_PER_NAME):
        fail(district, address=f"198.51.100.{number}")
    for number in range(FAILURES_PER_ADDRESS):
        fail(district, username=f"guess{number}")
    assert sign_in(district) is li
    with pytest.raises(SignInThrottled):
        sign_in(district, address=ELSEWHERE)
    with pytest.raises(SignInThrottled):
        sign_in(district, username="wang")


@pytest.mark.usefixtures("li")
def test_a_known_address_is_held_to_the_narrow_limit(district: District) -> None:
    sign_in(district)
    fail(district, times=FAILURES_PER_NAME_AND_ADDRESS)
    with pytest.raises(SignInThrottled):
        sign_in(district)


@pytest.mark.usefixtures("li")
def test_an_address_is_not_known_for_ever(district: District) -> None:
    sign_in(district)
    later = NOW + KNOWN_FOR
    for number in range(FAILURES_PER_NAME):
        fail(district, address=f"198.51.100.{number}", at=later)
    with pytest.raises(SignInThrottled):
        sign_in(district, at=later)


def test_the_addresses_of_one_subscriber_count_as_one(district: District, li: StaffMember) -> None:
    for number in range(FAILURES_PER_NAME_AND_ADDRESS):
        with pytest.raises(SignInRefused):
            sign_in(district, "guess", address=f"2001:db8:0:1::{number}")
    with pytest.raises(SignInThrottled):
        sign_in(district, address="2001:db8:0:1:ffff::1")
    assert sign_in(district, address="2001:db8:0:2::1") is li


def test_an_old_password_does_not_open_what_got_another_meanwhile(district: District, li: StaffMember) -> None:
    attempt = signing_in.begin(district.session, "li", address=OFFICE, at=NOW)
    change_password(district.session, li, "another long password")
    district.session.commit()
    with pytest.raises(SignInRefused):
        signing_in.finish(district.session, attempt, attempt.check(PASSWORD))


@pytest.mark.usefixtures("li")
def test_attempts_at_the_same_moment_get_no_more_guesses(district: District) -> None:
    at_once = [
        signing_in.begin(district.session, "li", address=OFFICE, at=NOW) for _ in range(FAILURES_PER_NAME_AND_ADDRESS + 1)
    ]
    fail(district, times=FAILURES_PER_NAME_AND_ADDRESS)
    with pytest.raises(SignInThrottled):
        signing_in.finish(district.session, at_once[-1], at_once[-1].check(PASSWORD))
