"""Can a lead say who is of the hub's staff, and take it back?"""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from federation.accounts.appointing import add_account
from federation.accounts.finding import account_named
from federation.accounts.models import RECENT, AccountSession, Role, SecurityEvent, SecurityEventKind
from federation.accounts.passwords import new_hash
from federation.accounts.securing import disable
from tests.hub.peers import AT, Hub
from tests.support.stewards import PASSWORD, Steward, steward

ADDRESS = "/stewards/staff/"


@pytest.fixture
def mei(app: Flask) -> Steward:
    """A lead who has signed in."""
    return steward(app, "mei", role=Role.LEAD)


@pytest.fixture
def nobody_yet(hub: Hub) -> str:
    """The username of somebody who has an account, and no role."""
    with hub.sessions.begin() as session:
        add_account(session, username="li.na", name="李娜", password_hash=new_hash(PASSWORD), must_change_password=False, at=AT)
    return "li.na"


def role_of(hub: Hub, username: str) -> Role | None:
    return hub.asked(lambda session: account_named(session, username).role)


def withdraw(lead: Steward, username: str, *, reason: str = "has moved away") -> int:
    lead.get(f"{ADDRESS}{username}/withdrawal")
    return lead.post(f"{ADDRESS}{username}/withdrawal", reason=reason).status_code


@pytest.mark.usefixtures("chen")
def test_the_list_says_what_each_does_since_when_and_how_they_sign_in(mei: Steward) -> None:
    mei.get(ADDRESS)
    words = mei.text()
    assert "Chen chen Steward" in words
    assert "Mei mei Lead of the stewards" in words
    assert words.count("root") == 2
    assert words.count("set up") == 2
    assert "none lately" not in words
    assert "Nobody else is of the hub’s staff." not in words


def test_a_lead_who_is_alone_is_told_so(mei: Steward) -> None:
    assert "Nobody else is of the hub’s staff." in mei.get(ADDRESS).text


def test_an_account_that_there_is_becomes_one_of_the_staff(hub: Hub, mei: Steward, nobody_yet: str) -> None:
    mei.get(ADDRESS)
    mei.post(ADDRESS, username=nobody_yet, role="steward", reason="helps with the queue")
    assert "li.na from now on: Steward." in mei.text()
    assert "none lately set up at the next sign-in" in mei.text()
    assert role_of(hub, nobody_yet) is Role.STEWARD
    log = mei.get("/stewards/security/", query_string={"kind": "role_given", "username": nobody_yet})
    assert "Reason: helps with the queue" in log.text
    newest = hub.rows(SecurityEvent)[-1]
    assert newest.actor_id == hub.asked(lambda session: account_named(session, "mei").id)
    assert newest.address == "127.0.0.1"


@pytest.mark.usefixtures("chen")
@pytest.mark.parametrize(
    ("stated", "words"),
    [
        ({"username": "nobody"}, "There is no account of that name."),
        ({"username": "  "}, "Say whose account."),
        ({"reason": " "}, "Say why"),
        ({"role": "emperor"}, "Not a valid choice"),
        ({"username": "chen"}, "has this role already"),
    ],
)
def test_what_cannot_stand_changes_nothing(hub: Hub, mei: Steward, nobody_yet: str, stated: dict[str, str], words: str) -> None:
    before = len(hub.rows(SecurityEvent))
    mei.get(ADDRESS)
    answer = mei.post(ADDRESS, {"username": nobody_yet, "role": "steward", "reason": "helps"} | stated)
    assert answer.status_code == 422
    assert words in mei.text()
    assert role_of(hub, nobody_yet) is None
    assert len(hub.rows(SecurityEvent)) == before


def test_a_disabled_account_is_not_appointed(hub: Hub, mei: Steward, nobody_yet: str) -> None:
    with hub.sessions.begin() as session:
        disable(session, account_named(session, nobody_yet), by="root", at=AT)
    mei.get(ADDRESS)
    assert mei.post(ADDRESS, username=nobody_yet, role="steward", reason="helps").status_code == 409
    assert "The account li.na is disabled: nobody can sign in with it." in mei.text()
    assert role_of(hub, nobody_yet) is None


def test_another_role_counts_from_the_next_page_on_and_is_taken_back(hub: Hub, mei: Steward, chen: Steward) -> None:
    mei.get(f"{ADDRESS}chen")
    mei.post(f"{ADDRESS}chen", role="lead", reason="stands in for me")
    assert "chen from now on: Lead of the stewards." in mei.text()
    assert chen.get(ADDRESS).status_code == 200
    mei.post(ADDRESS, {name: mei.hidden(name) for name in ("username", "role", "reason")})
    assert role_of(hub, "chen") is Role.STEWARD
    assert chen.get(ADDRESS).status_code == 403


def test_somebody_is_withdrawn_after_what_follows_was_shown_and_comes_back(hub: Hub, mei: Steward, chen: Steward) -> None:
    shown = mei.get(f"{ADDRESS}chen/withdrawal").text
    assert "nothing has changed yet" in shown
    assert role_of(hub, "chen") is Role.STEWARD
    assert withdraw(mei, "chen", reason=" ") == 422
    assert withdraw(mei, "chen") == 200
    assert "chen is not of the hub’s staff any more." in mei.text()
    assert chen.get("/stewards/").status_code == 403
    assert mei.send("GET", f"{ADDRESS}chen").status_code == 404
    mei.post(ADDRESS, {name: mei.hidden(name) for name in ("username", "role", "reason")})
    assert chen.get("/stewards/").status_code == 200
    events = [(event.kind, event.address) for event in hub.rows(SecurityEvent) if event.kind.startswith("role_")]
    assert events[-2:] == [(SecurityEventKind.ROLE_TAKEN, "127.0.0.1"), (SecurityEventKind.ROLE_GIVEN, "127.0.0.1")]


@pytest.mark.usefixtures("chen")
def test_the_last_lead_neither_withdraws_themselves_nor_takes_another_role(hub: Hub, mei: Steward) -> None:
    assert "Make somebody else a lead first." in mei.get(f"{ADDRESS}mei").text
    assert withdraw(mei, "mei") == 409
    mei.get(ADDRESS)
    assert mei.post(ADDRESS, username="mei", role="steward", reason="tired").status_code == 409
    assert role_of(hub, "mei") is Role.LEAD


def test_a_lead_beside_another_one_may_go(app: Flask, hub: Hub, mei: Steward) -> None:
    steward(app, "tao", role=Role.LEAD)
    assert withdraw(mei, "mei") == 200
    assert role_of(hub, "mei") is None
    assert mei.get(ADDRESS).status_code == 403


def test_a_lead_whose_account_is_disabled_does_not_count(app: Flask, hub: Hub, mei: Steward) -> None:
    steward(app, "tao", role=Role.LEAD)
    with hub.sessions.begin() as session:
        disable(session, account_named(session, "tao"), by="root", at=AT)
    assert withdraw(mei, "mei") == 409


@pytest.mark.usefixtures("mei")
def test_only_a_lead_sees_and_does_this(hub: Hub, chen: Steward) -> None:
    assert chen.get(ADDRESS).status_code == 403
    chen.get("/stewards/")
    assert 'href="/stewards/staff/"' not in chen.get("/stewards/").text
    assert chen.post(ADDRESS, username="chen", role="lead", reason="power").status_code == 403
    assert chen.post(f"{ADDRESS}mei/withdrawal", reason="power").status_code == 403
    assert role_of(hub, "chen") is Role.STEWARD


@pytest.mark.usefixtures("chen")
def test_who_signed_in_long_ago_shows_once_more_who_they_are(hub: Hub, mei: Steward) -> None:
    long_ago = datetime.now(UTC) - RECENT - timedelta(minutes=1)
    with hub.sessions.begin() as session:
        session.execute(update(AccountSession).values(authenticated_at=long_ago))
    assert mei.get(ADDRESS).headers["Location"] == "/sign-in?again=1"
    mei.get("/stewards/")
    assert mei.post(f"{ADDRESS}chen/withdrawal", follow=False, reason="gone").headers["Location"] == "/sign-in?again=1"
    assert role_of(hub, "chen") is Role.STEWARD
