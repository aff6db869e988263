"""Does only whom an account is for get another password for it?"""

from datetime import timedelta

from flask import Flask

from federation.accounts.contacts.models import VerificationCode
from tests.hub.peers import Hub
from tests.support.people import ADDRESS, ANOTHER, EMAIL, PASSWORD, PHONE, Someone


def test_17_it_ends_every_session_and_the_old_password(app: Flask, hub: Hub, someone: Someone) -> None:
    visitor = Someone(app, hub)
    assert "Sign in with it." in visitor.recover().text
    assert not someone.is_in()
    assert not visitor.is_in()
    assert visitor.sign_in(password=PASSWORD).status_code == 401
    assert visitor.sign_in(password=ANOTHER).status_code == 200
    assert "Another password was chosen" in someone.outbox.letters(PHONE)[0].text


def test_17_a_code_works_once(app: Flask, hub: Hub, someone: Someone) -> None:
    visitor = Someone(app, hub)
    visitor.recover()
    assert visitor.get("/recover/password").headers["Location"] == "/recover"
    assert visitor.fill_in("/recover/code", code=someone.outbox.code()).status_code == 422


def test_17_a_code_is_for_the_browser_that_asked(app: Flask, hub: Hub, someone: Someone, stranger: Someone) -> None:
    visitor = Someone(app, hub)
    visitor.fill_in("/recover", username=PHONE)
    stranger.fill_in("/recover", username="13800000000")
    assert stranger.fill_in("/recover/code", code=someone.outbox.code()).status_code == 422


def test_17_a_code_is_for_nothing_else(someone: Someone, stranger: Someone) -> None:
    stranger.fill_in("/recover", username=PHONE)
    assert stranger.fill_in("/sign-up/code", code=someone.outbox.code()).status_code == 422


def test_17_it_is_too_late_after_a_while(app: Flask, hub: Hub, someone: Someone) -> None:
    visitor = Someone(app, hub)
    visitor.fill_in("/recover", username=PHONE)
    let_pass(hub, timedelta(minutes=11))
    assert visitor.fill_in("/recover/code", code=someone.outbox.code()).status_code == 422
    let_pass(hub, timedelta(minutes=20))
    visitor.fill_in("/recover", username=PHONE)
    visitor.fill_in("/recover/code", code=someone.outbox.code())
    let_pass(hub, timedelta(minutes=31))
    assert visitor.get("/recover/password").headers["Location"] == "/recover"


def test_17_what_a_browser_says_of_the_host_stands_in_no_letter(someone: Someone, stranger: Someone) -> None:
    evil = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    stranger.get("/recover", headers=evil)
    fields = {"username": PHONE, "csrf_token": stranger.hidden("csrf_token")}
    stranger.send("POST", "/recover", evil, data=fields)
    letter = someone.outbox.letters(PHONE)[0]
    assert "evil" not in letter.text
    assert letter.text.endswith(ADDRESS)


def test_17_a_second_factor_is_asked_for_all_the_same(app: Flask, hub: Hub, someone: Someone) -> None:
    someone.add_app()
    visitor = Someone(app, hub)
    visitor.recover()
    assert "Second step" in visitor.sign_in(password=ANOTHER).text
    assert not visitor.is_in()


def test_17_a_disabled_account_is_sent_nothing_and_an_unverified_address_neither(someone: Someone, stranger: Someone) -> None:
    before = len(someone.outbox.letters())
    stranger.fill_in("/recover", username=EMAIL)
    assert len(someone.outbox.letters()) == before


def let_pass(hub: Hub, ago: timedelta) -> None:
    """Lets time pass since every code was sent, or shown."""
    with hub.sessions.begin() as session:
        for code in session.query(VerificationCode):
            code.sent_at -= ago
            code.shown_at = code.shown_at and code.shown_at - ago
