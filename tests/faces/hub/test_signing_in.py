"""Which stewards get in, for how long, and what do the others learn?"""

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import text

from federation.accounts.finding import steward_named
from federation.accounts.models import Account, AccountSession, Stewardship
from federation.accounts.securing import disable
from sync.accounts.throttling import FAILURES_PER_NAME_AND_ADDRESS
from tests.hub.peers import Hub
from tests.support.hub import program_of
from tests.support.stewards import PASSWORD, Steward, newcomer, steward

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0"
ANOTHER = "another long password"


@pytest.fixture
def visitor(app: Flask) -> Steward:
    """A steward who has not signed in."""
    return newcomer(app)


def test_signing_in_leads_to_the_first_page_which_has_an_entry_on_every_other(visitor: Steward) -> None:
    assert "Nothing waits." in visitor.sign_in().text
    assert "Sign out Chen" in visitor.get("/").text
    assert 'href="/stewards/"' in visitor.get("/nowhere").text


def test_everybody_else_sees_no_desk(app: Flask) -> None:
    page = Steward(app).get("/").text
    assert "Sign out" not in page
    assert "For stewards" in page


def test_an_unknown_name_and_a_wrong_password_get_the_same_answer(visitor: Steward) -> None:
    unknown = visitor.sign_in("nobody", PASSWORD)
    wrong = visitor.sign_in("chen", "wrong")
    assert unknown.status_code == wrong.status_code == 401
    assert _without_values(unknown.text) == _without_values(wrong.text)
    assert "The name or the password is not right." in wrong.text


def test_after_too_many_attempts_the_right_password_waits_too(visitor: Steward) -> None:
    for _ in range(FAILURES_PER_NAME_AND_ADDRESS):
        assert visitor.sign_in("chen", "wrong").status_code == 401
    refused = visitor.sign_in("chen", PASSWORD)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert "Try again in 15 minutes." in refused.text


def test_nobody_waits_for_the_database_while_a_password_is_checked_or_made(
    hub: Hub, visitor: Steward, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = []

    def while_somebody_writes(function: Any) -> Any:
        def called(*arguments: Any) -> Any:
            with closing(sqlite3.connect(hub.settings.database_url.removeprefix("sqlite:///"), timeout=0)) as somebody:
                somebody.execute("BEGIN IMMEDIATE")
                done.append(arguments[-1])
            return function(*arguments)

        return called

    monkeypatch.setattr(PasswordHasher, "verify", while_somebody_writes(PasswordHasher.verify))
    monkeypatch.setattr(PasswordHasher, "hash", while_somebody_writes(PasswordHasher.hash))
    assert visitor.sign_in("nobody", "wrong").status_code == 401
    assert visitor.sign_in().status_code == 200
    change(visitor, PASSWORD, ANOTHER)
    assert done[-4:] == ["wrong", PASSWORD, PASSWORD, ANOTHER]


def test_empty_fields_are_named(visitor: Steward) -> None:
    answer = visitor.sign_in("", "")
    assert answer.status_code == 422
    assert 'href="#username"' in answer.text


def test_the_page_that_was_wanted_comes_after_signing_in(visitor: Steward) -> None:
    assert visitor.get("/account/?x=1").headers["Location"] == "/sign-in"
    visitor.get("/sign-in")
    visitor.post("/sign-in", username="chen", password=PASSWORD)
    answer = visitor.post("/sign-in/second-step", follow=False, code=visitor.code())
    assert answer.headers["Location"] == "/account/?x=1"


def test_a_key_that_was_there_before_opens_nothing(hub: Hub, visitor: Steward) -> None:
    visitor.client.set_cookie("banyan_account", "planted")
    visitor.sign_in()
    first = key_of(visitor)
    assert first != "planted"
    visitor.get("/account/")
    visitor.client.set_cookie("banyan_account", "planted")
    visitor.sign_in()
    assert key_of(visitor) != first
    keys = {session.key_hash for session in hub.rows(AccountSession)}
    assert not keys & {first, "planted"}


def test_signing_in_again_goes_on_with_another_key(hub: Hub, chen: Steward) -> None:
    before = key_of(chen)
    chen.get("/sign-in?again=1")
    chen.post("/sign-in", username="chen", password=PASSWORD)
    chen.post("/sign-in/second-step", code=chen.code())
    assert key_of(chen) != before
    assert [session.ended_at for session in hub.rows(AccountSession)] == [None]
    chen.client.set_cookie("banyan_account", before)
    assert chen.get("/account/").status_code == 303


def test_somebody_else_who_signs_in_ends_the_session_that_was_there(app: Flask, hub: Hub, chen: Steward) -> None:
    newcomer(app, "li")
    chen.get("/sign-in?again=1")
    chen.post("/sign-in", username="li", password=PASSWORD)
    assert [session.ended_at is None for session in sorted(hub.rows(AccountSession), key=began)] == [False, True]


def test_signing_out_ends_the_session_on_both_ends(visitor: Steward) -> None:
    visitor.sign_in()
    key = key_of(visitor)
    assert "You are signed out." in visitor.post("/sign-out").text
    assert visitor.client.get_cookie("banyan_account") is None
    visitor.client.set_cookie("banyan_account", key)
    assert visitor.get("/stewards/").headers["Location"] == "/sign-in"


@pytest.mark.parametrize(
    ("mark", "ago"), [("seen_at", timedelta(hours=1, minutes=1)), ("began_at", timedelta(hours=12, minutes=1))]
)
def test_a_session_ends_by_itself(hub: Hub, chen: Steward, mark: str, ago: timedelta) -> None:
    assert chen.get("/stewards/").status_code == 200
    move_back(hub, mark, ago)
    assert chen.get("/stewards/").status_code == 303
    assert "Sign out" not in chen.get("/").text


def test_use_keeps_a_session_open(hub: Hub, chen: Steward) -> None:
    for _ in range(3):
        move_back(hub, "seen_at", timedelta(minutes=40))
        assert chen.get("/stewards/").status_code == 200


def test_a_disabled_account_and_one_without_a_role_are_out_at_once(hub: Hub, chen: Steward) -> None:
    with hub.sessions.begin() as session:
        session.delete(session.query(Stewardship).one())
    refused = chen.get("/stewards/")
    assert refused.status_code == 403
    assert "Ask a lead" in refused.text
    with hub.sessions.begin() as session:
        disable(session, session.query(Account).one(), by="root", at=datetime.now(UTC))
    assert chen.get("/account/").status_code == 303


def test_a_first_password_opens_one_page_until_it_is_changed(app: Flask) -> None:
    li = newcomer(app, username="li", must_change_password=True)
    assert "Somebody else has seen your first password" in li.sign_in("li").text
    li.get("/stewards/")
    assert li.get("/sign-in").headers["Location"] == "/account/password"
    assert "Your password is changed." in change(li, PASSWORD, ANOTHER)
    assert li.get("/stewards/").status_code == 200


def test_a_new_password_wants_the_old_one_and_ends_every_other_session(app: Flask, chen: Steward) -> None:
    elsewhere = Steward(app)
    elsewhere.sign_in()
    for current, new, again, said in (
        ("wrong", ANOTHER, ANOTHER, "This is not your password."),
        (PASSWORD, "short", "short", "at least 10 characters"),
        (PASSWORD, ANOTHER, ANOTHER + "!", "not the same twice"),
    ):
        assert said in change(chen, current, new, again)
    assert elsewhere.get("/stewards/").status_code == 200
    assert "Your password is changed." in change(chen, PASSWORD, ANOTHER)
    assert elsewhere.get("/stewards/").status_code == 303
    assert chen.get("/stewards/").status_code == 200
    assert elsewhere.sign_in("chen", PASSWORD).status_code == 401
    assert elsewhere.sign_in("chen", ANOTHER).status_code == 200


def test_nobody_guesses_a_password_at_a_desk_that_was_left_open(chen: Steward) -> None:
    for _ in range(FAILURES_PER_NAME_AND_ADDRESS):
        change(chen, "guess", ANOTHER)
    assert "Try again in 15 minutes." in change(chen, PASSWORD, ANOTHER)


def test_one_sees_where_one_is_signed_in_and_ends_it_there(app: Flask, chen: Steward) -> None:
    there = Steward(app, {"Accept-Language": "en", "User-Agent": EDGE})
    there.sign_in()
    third = Steward(app, {"Accept-Language": "en", "User-Agent": FIREFOX})
    third.sign_in()
    shown = chen.get("/account/").text
    assert shown.count("This one") == 1
    [row] = [row for row in re.findall(r"<tr>.*?</tr>", shown, re.S) if "Edge on Windows" in row]
    [address] = re.findall(r'action="([^"]+)"', row)
    assert "The session has ended." in chen.post(address).text
    assert there.get("/stewards/").status_code == 303
    assert third.get("/stewards/").status_code == chen.get("/account/").status_code == 200
    chen.post("/account/sessions/end-others")
    assert third.get("/stewards/").status_code == 303
    assert chen.get("/stewards/").status_code == 200


def test_nobody_ends_somebody_else_s_session(app: Flask, hub: Hub, chen: Steward) -> None:
    wang = steward(app, "wang")
    [hers] = [one for one in hub.rows(AccountSession) if one.account_id != account_id(hub, "chen")]
    chen.get("/account/password")
    assert chen.post(f"/account/sessions/{hers.id}/end").status_code == 404
    assert wang.get("/stewards/").status_code == 200


def test_cookies_are_kept_from_scripts_other_sites_and_other_hosts(hub: Hub) -> None:
    with program_of(replace(hub.settings, secure_cookies=True)) as app:
        visitor = newcomer(app)
        page = visitor.get("/sign-in", base_url="https://hub.example")
        assert page.headers["Set-Cookie"].startswith("__Host-banyan_hub=")
        fields = {"username": "chen", "password": PASSWORD, "csrf_token": visitor.hidden("csrf_token")}
        answer = visitor.send("POST", "/sign-in", base_url="https://hub.example", data=fields)
        assert answer.status_code == 303
        [cookie] = [value for value in answer.headers.getlist("Set-Cookie") if value.startswith("__Host-banyan_account=")]
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}
        assert "Domain" not in cookie


def test_a_failure_has_its_page_also_where_the_database_answers_nothing_more(hub: Hub, chen: Steward) -> None:
    with hub.sessions.begin() as session:
        session.execute(text("ALTER TABLE account_session RENAME TO gone"))
    answer = chen.get("/stewards/")
    assert answer.status_code == 500
    assert "It is not your fault, and it has been noted." in chen.text()


def change(visitor: Steward, current: str, new: str, again: str | None = None) -> str:
    """What the page says when another password was asked for."""
    visitor.get("/account/password")
    return visitor.post("/account/password", current=current, password=new, again=again or new).text


def key_of(visitor: Steward) -> str:
    cookie = visitor.client.get_cookie("banyan_account")
    assert cookie
    return cookie.value


def began(session: AccountSession) -> datetime:
    return session.began_at


def move_back(hub: Hub, mark: str, ago: timedelta) -> None:
    """Lets time pass since every session began, or was used."""
    with hub.sessions.begin() as session:
        for one in session.query(AccountSession):
            setattr(one, mark, getattr(one, mark) - ago)


def account_id(hub: Hub, username: str) -> Any:
    with hub.sessions() as session:
        return steward_named(session, username).id


def _without_values(page: str) -> str:
    return re.sub(r'value="[^"]*"', "", page)
