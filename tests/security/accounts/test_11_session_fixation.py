"""Does a key that was there before open anything after somebody proved who they are?"""

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from federation.accounts.appointing import appoint_in_district
from federation.accounts.finding import account_named
from federation.accounts.models import AccountSession, DistrictDuty
from tests.hub.peers import Hub
from tests.support.people import PHONE, Someone


@pytest.mark.usefixtures("someone")
def test_11_a_planted_key_is_replaced(app: Flask, hub: Hub) -> None:
    visitor = Someone(app, hub)
    visitor.client.set_cookie("banyan_account", "planted")
    visitor.sign_in()
    assert visitor.is_in()
    assert visitor.key != "planted"
    visitor.client.set_cookie("banyan_account", "planted")
    assert not visitor.is_in()


@pytest.mark.parametrize("again", ["/sign-in?again=1"])
def test_11_the_key_changes_whenever_somebody_proves_who_they_are(someone: Someone, again: str) -> None:
    before = someone.key
    someone.get(again)
    someone.post("/sign-in", username=PHONE, password="correct horse battery")
    after_password = someone.key
    someone.add_app()
    after_code = someone.key
    assert len({before, after_password, after_code}) == 3
    for old in (before, after_password):
        someone.client.set_cookie("banyan_account", str(old))
        assert not someone.is_in()


def test_11_a_new_role_takes_a_second_factor_and_with_it_another_key(hub: Hub, someone: Someone) -> None:
    hub.enrol("futian")
    before, username = someone.key, someone.volunteer_id
    with hub.sessions.begin() as session:
        give_role(session, username)
    assert not someone.is_in()
    someone.add_app()
    assert someone.is_in()
    assert someone.key != before
    [row] = hub.rows(AccountSession)
    assert row.methods == "mfa otp pwd"


def give_role(session: Session, username: str) -> None:
    account = account_named(session, username)
    appoint_in_district(session, account, DistrictDuty.VIEWER, district="futian", by="root", at=datetime.now(UTC))
