"""Is whoever guesses slow, and can they keep nobody out?"""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from federation.accounts.models import SecurityEvent, SecurityEventKind, SignInAttempt
from sync.accounts.throttling import FAILURES_PER_ADDRESS, FAILURES_PER_NAME, FAILURES_PER_NAME_AND_ADDRESS, WINDOW
from tests.hub.peers import Hub
from tests.support.authenticator import Authenticator
from tests.support.passkeys import add_passkey, sign_in_with
from tests.support.people import PASSWORD, PHONE, Someone, code_of


def guess(stranger: Someone, times: int, username: str = PHONE) -> int:
    """The status of the last of so many guesses."""
    for _ in range(times):
        answer = stranger.sign_in(username, "a wrong guess")
    return answer.status_code


@pytest.mark.usefixtures("someone")
def test_16_after_some_failures_the_right_password_waits_as_well(stranger: Someone) -> None:
    assert guess(stranger, FAILURES_PER_NAME_AND_ADDRESS) == 401
    refused = stranger.sign_in()
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= WINDOW.total_seconds()


def test_16_a_stranger_keeps_nobody_out_who_signed_in_in_this_browser_before(
    app: Flask, hub: Hub, stranger: Someone, someone: Someone
) -> None:
    someone.fill_in("/account/", "/sign-out")
    someone.sign_in()
    someone.fill_in("/account/", "/sign-out")
    for number in range(FAILURES_PER_NAME // FAILURES_PER_NAME_AND_ADDRESS):
        guess(Someone(app, hub, address=f"203.0.113.{number}"), FAILURES_PER_NAME_AND_ADDRESS)
    # From the owner's own network, too: a stranger may sit in the same café.
    guess(Someone(app, hub), FAILURES_PER_NAME_AND_ADDRESS)
    assert stranger.sign_in().status_code == 429
    assert someone.sign_in().status_code == 200
    assert someone.is_in()


def test_16_a_passkey_works_all_the_same(app: Flask, hub: Hub, someone: Someone) -> None:
    key = Authenticator()
    add_passkey(someone, key)
    visitor = Someone(app, hub, address="198.51.100.9")
    guess(visitor, FAILURES_PER_NAME_AND_ADDRESS)
    assert visitor.sign_in().status_code == 429
    sign_in_with(visitor, key)
    assert visitor.is_in()


@pytest.mark.usefixtures("someone")
def test_16_it_is_over_by_itself(hub: Hub, stranger: Someone) -> None:
    guess(stranger, FAILURES_PER_NAME_AND_ADDRESS)
    with hub.sessions.begin() as session:
        for attempt in session.query(SignInAttempt):
            attempt.at -= WINDOW + timedelta(seconds=1)
    assert stranger.sign_in().status_code == 200


@pytest.mark.usefixtures("someone")
def test_16_whoever_tries_many_names_is_slow_as_well(stranger: Someone) -> None:
    statuses = [stranger.sign_in(f"1380000{number:04}", "a wrong guess").status_code for number in range(FAILURES_PER_ADDRESS)]
    assert set(statuses) == {401}
    assert stranger.sign_in().status_code == 429


@pytest.mark.parametrize("field", ["code", "recovery_code"])
def test_16_codes_are_not_guessed_either(app: Flask, hub: Hub, someone: Someone, field: str) -> None:
    seed, _ = someone.add_app()
    thief, wrong = Someone(app, hub, address="198.51.100.9"), dict[str, Any]({field: "000000"})
    thief.sign_in()
    for _ in range(FAILURES_PER_NAME_AND_ADDRESS):
        assert thief.fill_in("/sign-in/second-step", **wrong).status_code == 401
    refused = thief.fill_in("/sign-in/second-step", code=code_of(seed, later=1))
    assert refused.status_code == 429
    assert not thief.is_in()


def test_16_a_code_that_was_sent_is_not_guessed(stranger: Someone) -> None:
    stranger.fill_in("/sign-up", address=PHONE)
    right = stranger.outbox.code()
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    for _ in range(5):
        assert stranger.fill_in("/sign-up/code", code=wrong).status_code == 422
    assert stranger.fill_in("/sign-up/code", code=right).status_code == 422


def test_16_nobody_is_sent_more_than_a_few_codes(stranger: Someone) -> None:
    statuses = [stranger.fill_in("/sign-up", address=PHONE).status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    assert len(stranger.outbox.letters(PHONE)) == 3


@pytest.mark.usefixtures("someone")
def test_16_it_is_written_down(hub: Hub, stranger: Someone) -> None:
    guess(stranger, FAILURES_PER_NAME_AND_ADDRESS)
    events = [
        (event.kind, event.outcome.value, event.address) for event in hub.rows(SecurityEvent) if event.outcome == "refused"
    ]
    failures = [(SecurityEventKind.SIGNED_IN, "refused", "198.51.100.7")] * FAILURES_PER_NAME_AND_ADDRESS
    assert events == [*failures, (SecurityEventKind.THROTTLED, "refused", "198.51.100.7")]


def test_16_a_common_password_is_refused(stranger: Someone) -> None:
    stranger.fill_in("/sign-up", address=PHONE)
    stranger.fill_in("/sign-up/code", code=stranger.outbox.code())
    fields: dict[str, Any] = {"name": "陈静", "document_kind": "resident_id"}
    for password in ("password12", "1234567890", "qwertyuiop", "13912345678"):
        refused = stranger.fill_in("/sign-up/details", password=password, again=password, **fields)
        assert refused.status_code == 422
        assert "among the first that somebody would try" in refused.text
    assert stranger.fill_in("/sign-up/details", password=PASSWORD, again=PASSWORD, **fields).status_code == 200
