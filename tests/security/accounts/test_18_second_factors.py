"""Does a second factor show who somebody is, and nothing else?"""

from datetime import timedelta

import pytest
from flask import Flask

from federation.accounts.models import AccountSession
from tests.hub.peers import Hub
from tests.support.authenticator import Authenticator
from tests.support.passkeys import add_passkey, options_for, sign_in_with
from tests.support.people import PASSWORD, PHONE, Someone, code_of

OPTIONS, USE = "/sign-in/passkey/options", "/sign-in/passkey"


@pytest.fixture
def visitor(app: Flask, hub: Hub) -> Someone:
    """The same person in another browser."""
    return Someone(app, hub)


def test_18_a_code_opens_once(app: Flask, hub: Hub, someone: Someone, visitor: Someone) -> None:
    seed, _ = someone.add_app()
    code = code_of(seed, later=1)
    visitor.sign_in()
    visitor.fill_in("/sign-in/second-step", code=code)
    assert visitor.is_in()
    thief = Someone(app, hub)
    thief.sign_in()
    assert thief.fill_in("/sign-in/second-step", code=code).status_code == 401
    assert not thief.is_in()


def test_18_an_older_code_than_the_last_one_opens_nothing(someone: Someone, visitor: Someone) -> None:
    seed, _ = someone.add_app()
    visitor.sign_in()
    assert visitor.fill_in("/sign-in/second-step", code=code_of(seed, later=-1)).status_code == 401
    assert visitor.fill_in("/sign-in/second-step", code=code_of(seed, later=9)).status_code == 401
    assert not visitor.is_in()


def test_18_a_recovery_code_opens_once(app: Flask, hub: Hub, someone: Someone, visitor: Someone) -> None:
    _, codes = someone.add_app()
    assert len(set(codes)) == 10
    visitor.sign_in()
    visitor.fill_in("/sign-in/second-step", recovery_code=codes[0].upper())
    assert "9 recovery codes left" in visitor.get("/account/").text
    thief = Someone(app, hub)
    thief.sign_in()
    assert thief.fill_in("/sign-in/second-step", recovery_code=codes[0]).status_code == 401


def test_18_new_recovery_codes_void_the_others(someone: Someone, visitor: Someone) -> None:
    _, codes = someone.add_app()
    someone.fill_in("/account/", "/account/factors/recovery-codes")
    visitor.sign_in()
    assert visitor.fill_in("/sign-in/second-step", recovery_code=codes[0]).status_code == 401


def test_18_a_passkey_says_who_somebody_is_by_itself(someone: Someone, visitor: Someone) -> None:
    key = Authenticator()
    assert "The passkey is added." in add_passkey(someone, key).text
    sign_in_with(visitor, key)
    assert visitor.volunteer_id == someone.volunteer_id


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://localhost:8080"},
        {"host": "evil.example"},
        {"verifies": False},
    ],
)
def test_18_a_passkey_counts_here_alone_and_asks_who_holds_it(
    someone: Someone, visitor: Someone, wrong: dict[str, object]
) -> None:
    key = Authenticator()
    add_passkey(someone, key)
    for name, value in wrong.items():
        setattr(key, name, value)
    assert sign_in_with(visitor, key).status_code == 401
    assert not visitor.is_in()


@pytest.mark.parametrize("wrong", [{"origin": "https://evil.example"}, {"host": "evil.example"}, {"verifies": False}])
def test_18_no_passkey_is_added_that_would_not_count(someone: Someone, wrong: dict[str, object]) -> None:
    key = Authenticator()
    for name, value in wrong.items():
        setattr(key, name, value)
    assert add_passkey(someone, key).status_code == 422
    assert "Passkey:" not in someone.get("/account/").text


def test_18_a_challenge_is_answered_once_and_in_its_browser(app: Flask, hub: Hub, someone: Someone, visitor: Someone) -> None:
    key = Authenticator()
    add_passkey(someone, key)
    answer = key.sign(options_for(visitor, "/sign-in", OPTIONS))
    elsewhere = Someone(app, hub)
    elsewhere.get("/sign-in")
    assert elsewhere.post(USE, answer=answer).status_code == 401
    visitor.post(USE, answer=answer)
    assert visitor.is_in()
    visitor.fill_in("/account/", "/sign-out")
    assert visitor.post(USE, answer=answer).status_code == 401


def test_18_a_copy_gives_itself_away_by_its_count(someone: Someone, visitor: Someone) -> None:
    key = Authenticator()
    add_passkey(someone, key)
    sign_in_with(visitor, key)
    visitor.fill_in("/account/", "/sign-out")
    key.count = 0
    assert sign_in_with(visitor, key).status_code == 401


def test_18_a_passkey_that_was_removed_opens_nothing(someone: Someone, visitor: Someone) -> None:
    key = Authenticator()
    shown = add_passkey(someone, key).text
    address = shown.split('action="/account/factors/passkeys/')[1].split('"')[0]
    someone.post(f"/account/factors/passkeys/{address}")
    assert sign_in_with(visitor, key).status_code == 401


@pytest.mark.parametrize("path", ["/account/factors", "/account/contacts/new"])
def test_18_to_change_how_one_signs_in_takes_a_recent_proof(hub: Hub, someone: Someone, path: str) -> None:
    someone.get("/account/")
    with hub.sessions.begin() as session:
        for one in session.query(AccountSession):
            one.authenticated_at -= timedelta(minutes=16)
    assert someone.get(path).headers["Location"] == "/sign-in?again=1"
    someone.get("/account/")
    assert someone.post("/account/factors/app", follow=False).headers["Location"] == "/sign-in?again=1"
    someone.get(path)
    someone.get("/sign-in?again=1")
    answer = someone.post("/sign-in", follow=False, username=PHONE, password=PASSWORD)
    assert answer.headers["Location"].rstrip("?") == path


def test_18_who_has_the_password_alone_adds_no_factor_beside_the_one_that_there_is(someone: Someone, visitor: Someone) -> None:
    someone.add_app()
    visitor.sign_in()
    for path in ("/account/factors", "/account/factors/app", "/account/", "/account/hours"):
        assert visitor.get(path).headers["Location"] == "/sign-in/second-step"
