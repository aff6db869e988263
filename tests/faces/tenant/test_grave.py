"""Does whoever does something grave at a desk show just before that it is them, and lose nothing by it?"""

from datetime import timedelta
from pathlib import Path

import pytest

from tenants.hours.models import HourState
from tenants.registrations.models import Registration
from tenants.sso.models import LocalSession
from tenants.sso.reading_events import latest_events
from tests.support import made_provider
from tests.support.desk import PASSWORD, Visitor, add_staff, at_desk
from tests.support.district import District, founded_district
from tests.support.made_provider import Provider, parameters_of

AGAIN = "/sign-in/again"
VOLUNTEER_ID = "44012345678912"


@pytest.fixture
def registration(district: District) -> Registration:
    """Somebody to whom the city gave an ID."""
    registration = district.registration("FT1", phone="13800138000")
    registration.volunteer_id = VOLUNTEER_ID
    district.session.commit()
    return registration


@pytest.fixture
def slip(registration: Registration) -> str:
    """Where a slip for that ID is printed."""
    return f"/volunteers/{registration.id}/slip"


def let_pass(district: District, minutes: float) -> None:
    """So much time passes since anybody showed who they are, and everybody goes on working meanwhile."""
    for held in district.session.query(LocalSession):
        assert held.authenticated_at is not None
        held.authenticated_at -= timedelta(minutes=minutes)
    district.session.commit()


def grave(registration: Registration) -> list[str]:
    return [f"/volunteers/{registration.id}/{room}" for room in ("slip", "correction")]


def test_a_short_while_after_signing_in_nobody_is_asked(district: District, li: Visitor, registration: Registration) -> None:
    let_pass(district, 14)
    assert [li.get(path).status_code for path in grave(registration)] == [200, 200]


def test_later_the_password_is_asked_for_and_leads_to_what_was_wanted(
    district: District, li: Visitor, registration: Registration
) -> None:
    for path in grave(registration):
        let_pass(district, 16)
        assert li.get(path).headers["Location"] == AGAIN
        assert "What follows is for you alone, so sign in once more." in li.get(AGAIN).text
        assert li.post(AGAIN, password="wrong").status_code == 401
        assert li.get(path).headers["Location"] == AGAIN
        li.get(AGAIN)
        assert li.post(AGAIN, follow=False, password=PASSWORD).headers["Location"] == path
        assert li.get(path).status_code == 200


def test_the_session_is_another_one_then_and_the_one_before_has_ended(district: District, li: Visitor, slip: str) -> None:
    before = li.client.get_cookie("banyan_futian_session")
    let_pass(district, 16)
    li.get(slip)
    li.get(AGAIN)
    li.post(AGAIN, password=PASSWORD)
    after = li.client.get_cookie("banyan_futian_session")
    assert before
    assert after
    assert before.value != after.value
    sessions = district.session.query(LocalSession).order_by(LocalSession.began_at)
    assert [held.ended_at is None for held in sessions] == [False, True]
    assert [event.kind for event in latest_events(district.session, limit=1)] == ["signed_in_locally"]


@pytest.mark.parametrize(
    ("act", "button"), [("slip", "Make the slip"), ("correction?question=0197a0b0-0000-7000-8000-000000000000", "Put it right")]
)
def test_what_was_interrupted_is_not_done_and_said_to_be_done_again(
    district: District, li: Visitor, registration: Registration, act: str, button: str
) -> None:
    path = f"/volunteers/{registration.id}/{act}"
    li.get(path)
    let_pass(district, 16)
    assert li.post(path, follow=False, name="x", version=li.hidden("version")).headers["Location"] == AGAIN
    li.get(AGAIN)
    assert li.post(AGAIN, follow=False, password=PASSWORD).headers["Location"] == path
    assert "Nothing was done yet, and what you entered was not kept" in li.get(path).text
    assert f"Press “{button}” again." in li.text()
    assert "Nothing was done yet" not in li.get(path).text
    assert "slip_printed" not in [event.kind for event in latest_events(district.session, limit=9)]
    district.session.refresh(registration)
    assert registration.name == "张伟"


@pytest.mark.usefixtures("provider")
def test_what_is_done_again_is_done(district: District, li: Visitor, slip: str) -> None:
    li.get(slip)
    let_pass(district, 16)
    li.post(slip, follow=False)
    li.get(AGAIN)
    li.post(AGAIN, password=PASSWORD)
    assert "It is shown this once only" in li.post(slip).text


def test_daily_work_is_asked_nothing(district: District, li: Visitor) -> None:
    entry = district.submitted()
    let_pass(district, 600)
    for path in ("/desk/", "/queue/", "/volunteers/", f"/hours/{entry.id}/", f"/volunteers/{entry.registration_id}"):
        assert li.get(path).status_code == 200
    li.get(f"/hours/{entry.id}/")
    li.post(f"/hours/{entry.id}/certification", version=li.hidden("version"))
    district.session.refresh(entry)
    assert entry.state is HourState.CERTIFIED


def test_how_long_a_sign_in_counts_is_the_district_s_to_say(tmp_path: Path) -> None:
    with founded_district(f"sqlite:///{tmp_path / 'strict.db'}", recent_minutes=5) as strict:
        li, registration = at_desk(strict), strict.registration("FT1")
        let_pass(strict, 6)
        assert li.get(f"/volunteers/{registration.id}/slip").headers["Location"] == AGAIN


def test_who_signed_in_at_the_hub_is_asked_there_and_comes_back_to_where_they_were(
    district: District, provider: Provider, slip: str
) -> None:
    li = made_provider.at_desk(district, provider)
    let_pass(district, 16)
    assert li.get(slip).headers["Location"] == AGAIN
    sent = li.get(li.get(AGAIN).headers["Location"])
    asked = parameters_of(sent.headers["Location"])
    assert (asked["max_age"], asked["acr_values"]) == ("720", "2")
    li.get(slip)
    assert "Whoever holds the slip" in made_provider.sign_in(li, provider, "/sign-in/desk").text
    assert li.get(slip).status_code == 200


def test_who_has_shown_it_to_the_hub_meanwhile_comes_straight_back(district: District, provider: Provider, slip: str) -> None:
    li = made_provider.at_desk(district, provider)
    let_pass(district, 16)
    provider.person["auth_time"] -= 11 * 60
    li.get(slip)
    made_provider.sign_in(li, provider, "/sign-in/desk")
    assert li.get(slip).status_code == 200


def test_a_form_that_was_sent_is_not_lost_on_the_way_to_the_hub(district: District, provider: Provider, slip: str) -> None:
    li = made_provider.at_desk(district, provider)
    li.get(slip)
    let_pass(district, 16)
    assert li.post(slip, follow=False).headers["Location"] == AGAIN
    assert "Press “Make the slip” again." in made_provider.sign_in(li, provider, "/sign-in/desk").text


def test_that_the_hub_says_the_same_again_is_no_new_proof(district: District, provider: Provider, slip: str) -> None:
    li = made_provider.at_desk(district, provider)
    provider.person["auth_time"] -= 16 * 60
    made_provider.let_the_interval_pass(district)
    assert li.get(slip).headers["Location"] == AGAIN


def test_while_the_hub_is_away_a_page_says_what_can_be_done(district: District, provider: Provider, slip: str) -> None:
    li = made_provider.at_desk(district, provider)
    let_pass(district, 16)
    provider.away = True
    li.get(slip)
    page = li.get(AGAIN)
    assert page.status_code == 503
    assert "Its sign-in does not answer at present." in page.text
    assert "Try again in a few minutes; recording and certifying hours goes on meanwhile." in page.text
    assert "sign in as li with your password of this district" in page.text
    assert "Whoever holds the slip" in li.post(AGAIN, password=PASSWORD).text
    assert [event.kind for event in latest_events(district.session, limit=1)] == ["signed_in_locally"]


def test_when_the_hub_is_back_the_same_page_leads_there(district: District, provider: Provider, slip: str) -> None:
    li = made_provider.at_desk(district, provider)
    let_pass(district, 16)
    provider.away = True
    li.get(slip)
    li.get(AGAIN)
    provider.away, provider.seconds_later = False, 60.0
    assert li.get(AGAIN).headers["Location"] == "/sign-in/desk"
    assert "Whoever holds the slip" in made_provider.sign_in(li, provider, "/sign-in/desk").text


def test_nobody_but_who_sits_at_the_desk_is_asked_again(district: District) -> None:
    add_staff(district)
    visitor = Visitor(district)
    assert visitor.get(AGAIN).headers["Location"] == "/sign-in"


def test_guessing_a_password_at_a_desk_that_was_left_is_slowed_down(li: Visitor) -> None:
    for _ in range(10):
        li.get(AGAIN)
        answer = li.post(AGAIN, password="guess")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
