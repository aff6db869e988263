"""Does staff get anywhere with a password alone?"""

from flask import Flask

from federation.accounts.models import AccountSession
from tests.hub.peers import Hub
from tests.support.people import PASSWORD, code_of
from tests.support.stewards import SEED, Steward, appoint, newcomer
from tests.support.visitor import Visitor


def test_19_the_desk_wants_two_factors(app: Flask) -> None:
    wang = newcomer(app, "wang")
    wang.get("/sign-in")
    wang.post("/sign-in", username="wang", password=PASSWORD)
    for path in ("/stewards/", "/stewards/persons/", "/stewards/security/", "/account/"):
        assert wang.get(path).status_code == 303
    wang.get("/sign-in")
    assert wang.get("/sign-in").headers["Location"] == "/sign-in/second-step"
    wang.get("/sign-in/second-step")
    wang.post("/sign-in/second-step", code=code_of(SEED))
    assert wang.get("/stewards/").status_code == 200


def test_19_staff_without_a_second_factor_has_to_set_one_up_first(app: Flask, hub: Hub) -> None:
    with hub.sessions.begin() as session:
        appoint(session, "wang")
    wang = Visitor(app)
    wang.get("/sign-in")
    assert "takes two proofs that it is you" in wang.post("/sign-in", username="wang", password=PASSWORD).text
    assert wang.get("/stewards/").status_code == 303


def test_19_what_a_session_says_of_itself_is_true(hub: Hub, chen: Steward) -> None:
    [row] = hub.rows(AccountSession)
    assert (row.methods, row.assurance) == ("mfa otp pwd", 2)
    before = row.authenticated_at
    chen.get("/sign-in?again=1")
    chen.post("/sign-in", username="chen", password=PASSWORD)
    [row] = hub.rows(AccountSession)
    assert (row.methods, row.assurance) == ("pwd", 1)
    assert row.authenticated_at > before
    assert chen.get("/stewards/").status_code == 303


def test_19_staff_does_not_give_up_the_last_second_factor(chen: Steward) -> None:
    chen.get("/account/")
    assert chen.post("/account/factors/app/remove").status_code == 409
