"""Who gets in, for how long, and what do the others learn?"""

import re
import sqlite3
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher

from sync.accounts.throttling import FAILURES_PER_NAME_AND_ADDRESS
from tenants.sso.models import LocalSession
from tenants.sso.reading_events import latest_events
from tenants.staff.finding import staff_named
from tenants.staff.securing import change_password
from tests.support.desk import PASSWORD, Visitor, add_staff, at_desk
from tests.support.district import District


@pytest.fixture
def visitor(district: District) -> Visitor:
    add_staff(district)
    return Visitor(district)


def test_signing_in_leads_to_the_first_page(visitor: Visitor) -> None:
    assert "Nothing waits for you." in visitor.sign_in().text


def test_an_unknown_name_and_a_wrong_password_get_the_same_answer(visitor: Visitor) -> None:
    unknown = visitor.sign_in("nobody", PASSWORD)
    wrong = visitor.sign_in("li", "wrong")
    assert unknown.status_code == wrong.status_code == 401
    assert _without_values(unknown.text) == _without_values(wrong.text)
    assert "The name or the password is not right." in wrong.text


def test_after_too_many_attempts_the_right_password_waits_too(visitor: Visitor) -> None:
    for _ in range(FAILURES_PER_NAME_AND_ADDRESS):
        assert visitor.sign_in("li", "wrong").status_code == 401
    refused = visitor.sign_in("li", PASSWORD)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert "Try again in 15 minutes." in refused.text


def test_nobody_waits_for_the_database_while_a_password_is_checked(
    district: District, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    check, checked = PasswordHasher.verify, []

    def check_while_somebody_writes(*arguments: Any) -> bool:
        path = district.settings.database_url.removeprefix("sqlite:///")
        with closing(sqlite3.connect(path, timeout=0)) as somebody:
            somebody.execute("BEGIN IMMEDIATE")
            checked.append(arguments[-1])
        return check(*arguments)

    monkeypatch.setattr(PasswordHasher, "verify", check_while_somebody_writes)
    li = at_desk(district, "wang")
    assert li.get("/desk/").status_code == 200
    assert visitor.sign_in("wang", "wrong").status_code == 401
    assert visitor.sign_in("nobody", "wrong").status_code == 401
    assert checked == [PASSWORD, "wrong", "wrong"]


def test_empty_fields_are_named(visitor: Visitor) -> None:
    answer = visitor.sign_in("", "")
    assert answer.status_code == 422
    assert 'href="#username"' in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_a_form_without_its_token_is_refused(visitor: Visitor) -> None:
    answer = visitor.send("POST", "/sign-in", data={"username": "li", "password": PASSWORD})
    assert answer.status_code == 400
    assert visitor.get("/desk/").status_code == 303


def test_the_page_that_was_wanted_comes_after_signing_in(visitor: Visitor) -> None:
    asked = visitor.get("/queue/?name=x")
    assert asked.headers["Location"] == "/sign-in"
    visitor.get("/sign-in")
    answer = visitor.post("/sign-in", follow=False, username="li", password=PASSWORD)
    assert answer.headers["Location"] == "/queue/?name=x"


@pytest.mark.parametrize("path", ["/sign-in?next=https://elsewhere.example/", "/sign-in?next=//elsewhere.example"])
def test_nobody_is_led_elsewhere(visitor: Visitor, path: str) -> None:
    visitor.get(path)
    answer = visitor.post(path, follow=False, username="li", password=PASSWORD)
    assert answer.headers["Location"] == "/desk/"


def shown_key(visitor: Visitor) -> str:
    cookie = visitor.client.get_cookie("banyan_futian_session")
    return cookie.value if cookie else ""


def test_the_session_is_another_one_after_signing_in_and_the_one_before_has_ended(visitor: Visitor) -> None:
    visitor.sign_in()
    first = shown_key(visitor)
    visitor.client.set_cookie("banyan_futian_session", "preset by somebody")
    visitor.sign_in()
    second = shown_key(visitor)
    visitor.client.set_cookie("banyan_futian_session", second)
    assert second not in ("", first, "preset by somebody")
    assert visitor.get("/desk/").status_code == 200
    visitor.post("/sign-out")
    visitor.client.set_cookie("banyan_futian_session", second)
    assert visitor.get("/desk/").status_code == 303


def test_signing_out_ends_the_session(li: Visitor) -> None:
    li.get("/desk/")
    assert "You are signed out." in li.post("/sign-out").text
    assert li.get("/desk/").headers["Location"] == "/sign-in"


def test_a_new_password_ends_every_session(district: District, li: Visitor) -> None:
    change_password(district.session, staff_named(district.session, "li"), "another long password")
    assert li.get("/desk/").status_code == 303


def test_a_closed_account_is_out_at_once(district: District, li: Visitor) -> None:
    staff_named(district.session, "li").active = False
    assert li.get("/desk/").status_code == 303


@pytest.mark.parametrize(
    ("mark", "ago"), [("seen_at", timedelta(hours=1, minutes=1)), ("began_at", timedelta(hours=12, minutes=1))]
)
def test_a_session_ends_by_itself(district: District, li: Visitor, mark: str, ago: timedelta) -> None:
    assert li.get("/desk/").status_code == 200
    [held] = district.session.query(LocalSession)
    setattr(held, mark, getattr(held, mark) - ago)
    assert li.get("/desk/").status_code == 303


def test_a_password_of_the_district_is_used_under_everybody_s_eyes(district: District, visitor: Visitor) -> None:
    visitor.sign_in("li", "wrong")
    visitor.sign_in()
    visitor.post("/sign-out")
    events = [(event.kind, event.actor) for event in reversed(latest_events(district.session, limit=9))]
    assert events == [("refused_locally", "li"), ("signed_in_locally", "li"), ("signed_out", "li")]


def test_the_cookie_is_kept_from_scripts_and_other_sites(visitor: Visitor) -> None:
    visitor.get("/sign-in")
    answer = visitor.post("/sign-in", follow=False, username="li", password=PASSWORD)
    cookie = next(value for value in answer.headers.getlist("Set-Cookie") if value.startswith("banyan_futian_session="))
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_two_people_are_two_sessions(district: District) -> None:
    li, wang = at_desk(district, "li"), at_desk(district, "wang")
    assert "Sign out li" in li.get("/desk/").text
    assert "Sign out wang" in wang.get("/desk/").text


def _without_values(page: str) -> str:
    return re.sub(r'value="[^"]*"', "", page)
