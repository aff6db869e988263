"""Does a sign-out reach a client that was away, and do others wait for it?"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import update

from federation.accounts.models import SecurityEvent, SecurityEventKind
from federation.sso.models import ClientSession
from tests.support.listening import listening, telling
from tests.support.provider import Person, RunningProvider
from tests.support.waiting import eventually


def sessions_at(provider: RunningProvider, client_id: str) -> list[ClientSession]:
    rows: list[ClientSession] = provider.rows(ClientSession)
    return [row for row in rows if row.client_id == client_id]


def let_pause_pass(provider: RunningProvider) -> None:
    """Lets whatever waits for its next attempt be due."""
    with provider.session() as session, session.begin():
        due = {"next_attempt_at": datetime.now(UTC) - timedelta(seconds=1)}
        session.execute(update(ClientSession).where(ClientSession.told_at.is_(None)).values(due))


def test_others_do_not_wait_for_one_that_does_not_answer(provider: RunningProvider, person: Person) -> None:
    with listening() as mute, listening() as quick, telling(provider):
        for name, listener in (("mute", mute), ("quick", quick)):
            provider.add_client(f"app:{name}", backchannel_logout_uri=listener.address).tokens(person)
        mute.answers.clear()
        provider.end_sessions(person.account_id)
        eventually(lambda: quick.heard, within=5)
        assert not mute.heard
        # Its failure is only known when it did not answer for a while; until then it is not asked a second time.
        [failed] = eventually(lambda: sessions_at(provider, "app:mute"), until=lambda rows: rows[0].failure, within=10)
        assert failed.told_at is None


def test_one_that_was_away_is_told_again_each_time_anew(provider: RunningProvider, person: Person) -> None:
    with listening() as listener, telling(provider):
        client = provider.add_client("app:away", backchannel_logout_uri=listener.address)
        client.tokens(person)
        listener.status = 503
        provider.end_sessions(person.account_id)
        eventually(lambda: sessions_at(provider, "app:away"), until=lambda rows: rows[0].failure == "answered 503")
        listener.status = 200
        let_pause_pass(provider)
        [told] = eventually(lambda: sessions_at(provider, "app:away"), until=lambda rows: rows[0].told_at)
        first, last = (client.read(token) for token in (listener.heard[0], listener.heard[-1]))
    assert told.attempts >= 1
    assert first["jti"] != last["jti"]
    assert (first["sid"], first["aud"]) == (last["sid"], last["aud"]) == (told.sid, client.client_id)
    kinds = [row.kind for row in provider.rows(SecurityEvent) if row.client == "app:away"]
    assert kinds.count(SecurityEventKind.LOGOUT_FAILED) == kinds.count(SecurityEventKind.LOGOUT_SENT) == 1


def test_the_pauses_grow(provider: RunningProvider, person: Person) -> None:
    provider.add_client("app:paused").tokens(person)
    [one] = sessions_at(provider, "app:paused")
    at, pauses = datetime.now(UTC), []
    for _ in range(12):
        one.note_failure("away", at=at)
        assert one.next_attempt_at is not None
        pauses.append((one.next_attempt_at - at).total_seconds())
    assert pauses[:4] == [1, 2, 4, 8]
    assert pauses[-1] == 300


def test_a_process_that_was_killed_leaves_nothing_untold(provider: RunningProvider, person: Person) -> None:
    with listening() as listener:
        provider.add_client("app:later", backchannel_logout_uri=listener.address).tokens(person)
        provider.end_sessions(person.account_id)
        with telling(provider):
            eventually(lambda: listener.heard, within=5)
