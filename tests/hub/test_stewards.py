"""May only the right people sign in at the hub, for as long as they may?"""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from federation.accounts import securing
from federation.accounts.finding import steward_named
from federation.accounts.models import ABSOLUTE_LIMIT, IDLE_LIMIT, Account, AccountSession, Method, Role
from federation.accounts.passwords import new_hash
from federation.accounts.permissions import Permission, permissions_of, require
from federation.accounts.sessions import KEPT_FOR, begin_session, end_session, note_use, open_sessions, session_of
from federation.accounts.signing_in import begin, finish
from federation.accounts.visits import Visit
from federation.errors import Invalid, NotAllowed, NotFound, SignInRefused, SignInThrottled, StateForbids
from federation.settings import Settings
from sync.accounts.throttling import FAILURES_PER_NAME_AND_ADDRESS, WINDOW
from tests.hub.peers import AT, Hub
from tests.support.stewards import PASSWORD, appoint

OFFICE, ELSEWHERE = "192.0.2.1", "198.51.100.1"
TWO_FACTORS = {Method.PASSWORD, Method.ONE_TIME_PASSWORD, Method.SEVERAL_FACTORS}


def sign_in(
    session: Session, password: str = PASSWORD, *, username: str = "chen", address: str = OFFICE, at: datetime = AT
) -> Account:
    settings: Settings = session.info["settings"]
    try:
        attempt = begin(session, username, visit=Visit(address), settings=settings, at=at)
        session.rollback()
        return finish(session, attempt, attempt.check(password))
    finally:
        session.commit()


def open_one(session: Session, account: Account, *, at: datetime = AT, user_agent: str = "a browser") -> str:
    key = begin_session(session, account, methods=TWO_FACTORS, address=OFFICE, user_agent=user_agent, at=at)
    session.commit()
    return key


@pytest.fixture
def session(hub: Hub) -> Iterator[Session]:
    """The hub's records, in which there is a steward."""
    with hub.sessions() as session:
        session.info["settings"] = hub.settings
        appoint(session)
        session.commit()
        yield session


@pytest.fixture
def chen(session: Session) -> Account:
    return steward_named(session, "chen")


def test_the_right_password_opens_and_a_wrong_one_does_not(session: Session, chen: Account) -> None:
    assert sign_in(session) is chen
    with pytest.raises(SignInRefused) as wrong:
        sign_in(session, PASSWORD + "!")
    with pytest.raises(SignInRefused) as unknown:
        sign_in(session, username="nobody")
    assert str(wrong.value) == str(unknown.value)


@pytest.mark.usefixtures("chen")
@pytest.mark.parametrize("username", ["chen\0", "c" * 50, "\ud800", ""])
def test_a_name_that_no_account_can_have_is_refused_like_any_other(session: Session, username: str) -> None:
    with pytest.raises(SignInRefused):
        sign_in(session, username=username)


def test_guessing_is_slowed_down_where_it_comes_from_and_only_there(session: Session, chen: Account) -> None:
    for _ in range(FAILURES_PER_NAME_AND_ADDRESS):
        with pytest.raises(SignInRefused):
            sign_in(session, "guess")
    with pytest.raises(SignInThrottled) as throttled:
        sign_in(session)
    assert throttled.value.retry_after_seconds == WINDOW.total_seconds()
    assert sign_in(session, address=ELSEWHERE) is chen
    assert sign_in(session, at=AT + WINDOW) is chen


def test_an_old_password_does_not_open_what_got_another_meanwhile(session: Session, chen: Account) -> None:
    attempt = begin(session, "chen", visit=Visit(OFFICE), settings=session.info["settings"], at=AT)
    securing.reset_password(session, chen, new_hash("another long password"), must_change_password=True, by="root", at=AT)
    session.commit()
    with pytest.raises(SignInRefused):
        finish(session, attempt, attempt.check(PASSWORD))


def test_a_session_opens_by_its_key_alone_and_the_key_is_not_kept(session: Session, chen: Account) -> None:
    key = open_one(session, chen)
    found = session_of(session, key, at=AT)
    assert found is not None
    assert found.account is chen
    assert key not in found.key_hash
    for other in (key[:-1], found.key_hash, ""):
        assert session_of(session, other, at=AT) is None


def test_a_session_that_is_used_lasts_a_working_day_and_one_that_is_not_an_hour(session: Session, chen: Account) -> None:
    key = open_one(session, chen)
    assert session_of(session, key, at=AT + IDLE_LIMIT + timedelta(seconds=1)) is None
    at = AT
    while at < AT + ABSOLUTE_LIMIT:
        at += IDLE_LIMIT
        found = session_of(session, key, at=at)
        assert found is not None
        note_use(session, found.id, at=at)
        session.commit()
        session.refresh(found)
    assert session_of(session, key, at=at + timedelta(seconds=1)) is None


def test_one_session_ends_alone_and_only_by_its_own_account(session: Session, chen: Account) -> None:
    here, there = open_one(session, chen), open_one(session, chen, at=AT + timedelta(minutes=1))
    other = appoint(session, "wang")
    listed = open_sessions(session, chen, at=AT + timedelta(minutes=1))
    assert [one.began_at for one in listed] == [AT + timedelta(minutes=1), AT]
    with pytest.raises(NotFound):
        end_session(session, other, listed[0].id, at=AT)
    end_session(session, chen, listed[0].id, at=AT + timedelta(minutes=1))
    session.commit()
    assert session_of(session, there, at=AT + timedelta(minutes=1)) is None
    assert session_of(session, here, at=AT + timedelta(minutes=1)) is not None


def test_a_password_of_one_s_own_ends_every_other_session(session: Session, chen: Account) -> None:
    here, there = open_one(session, chen), open_one(session, chen)
    found = session_of(session, here, at=AT)
    assert found is not None
    securing.change_password(session, chen, new_hash("another long password"), here=found, at=AT)
    session.commit()
    session.expire_all()
    assert session_of(session, here, at=AT) is not None
    assert session_of(session, there, at=AT) is None


def test_a_disabled_account_is_out_at_once_and_stays_out_until_it_is_enabled(session: Session, chen: Account) -> None:
    key = open_one(session, chen)
    securing.disable(session, chen, by="root", at=AT)
    session.commit()
    session.expire_all()
    assert session_of(session, key, at=AT) is None
    assert permissions_of(chen) == set()
    with pytest.raises(SignInRefused):
        sign_in(session)
    with pytest.raises(StateForbids):
        securing.disable(session, chen, by="root", at=AT)
    chen.enable()
    session.commit()
    assert session_of(session, key, at=AT) is None
    assert sign_in(session) is chen
    with pytest.raises(StateForbids):
        chen.enable()


def test_from_where_somebody_signed_in_long_ago_is_forgotten(session: Session, chen: Account, hub: Hub) -> None:
    open_one(session, chen)
    open_one(session, chen, at=AT + KEPT_FOR)
    assert [one.began_at for one in hub.rows(AccountSession)] == [AT + KEPT_FOR]


def test_a_browser_that_says_very_much_of_itself_may_sign_in(session: Session, chen: Account) -> None:
    assert session_of(session, open_one(session, chen, user_agent="x" * 10_000), at=AT) is not None


def test_only_a_lead_overrules(session: Session, chen: Account) -> None:
    require(chen, Permission.REVIEW)
    with pytest.raises(NotAllowed):
        require(chen, Permission.OVERRULE)
    chen.appoint(Role.LEAD, by="root", at=AT)
    session.commit()
    require(chen, Permission.OVERRULE)
    with pytest.raises(Invalid, match="already"):
        chen.appoint(Role.LEAD, by="root", at=AT)


@pytest.mark.parametrize("username", ["", "Chen", "chen jing", "陈静", "-c", "c" * 41, "chen\0", "chen"])
def test_a_name_that_could_be_mistaken_or_is_taken_is_refused(session: Session, username: str) -> None:
    with pytest.raises(Invalid) as refused:
        appoint(session, username)
    assert refused.value.field == "username"
