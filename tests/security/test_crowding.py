"""Can a stranger fill the hub with sign-ins that nobody finishes, or keep a school from signing in?"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, update

from federation.sso import asking
from federation.sso.forgetting import forget
from federation.sso.models import AuthorizationRequest
from tests.support.provider import Person, RelyingParty, RunningProvider, answer_of, request_id_of, running_provider

HERE, ELSEWHERE = "127.0.0.1", "203.0.113.9"


@pytest.fixture
def provider(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningProvider]:
    """A hub of this test's own."""
    with running_provider(monkeypatch, tmp_path) as running:
        yield running


@pytest.fixture
def client(provider: RunningProvider) -> RelyingParty:
    return provider.add_client("app:crowded", with_key=True)


def let_wait(provider: RunningProvider, count: int, *, origin: str, pushed: bool = False) -> None:
    """So many sign-ins were asked for from one place, and nobody finished them."""
    at = datetime.now(UTC)
    known = {"client_id": "app:crowded", "parameters": {}, "pushed": pushed, "origin": origin, "asked_at": at}
    rows = [
        {**known, "id_hash": number.to_bytes(32), "expires_at": at + timedelta(minutes=5, milliseconds=number)}
        for number in range(count)
    ]
    with provider.session() as session, session.begin():
        session.execute(insert(AuthorizationRequest), rows)


def test_a_stranger_who_asks_again_and_again_is_told_when_there_is_room(
    provider: RunningProvider, client: RelyingParty
) -> None:
    let_wait(provider, asking.MOST_WAITING - 1, origin=HERE)
    assert request_id_of(client.authorize(provider.visitor()))
    answer = client.authorize(provider.visitor())
    assert answer.status_code == 429
    assert 240 < int(answer.headers["Retry-After"]) <= 300
    assert "Try again in 5 minutes." in answer.text
    assert len(provider.rows(AuthorizationRequest)) == asking.MOST_WAITING


def test_somebody_elsewhere_and_somebody_who_is_signed_in_wait_for_nobody(
    provider: RunningProvider, client: RelyingParty, person: Person
) -> None:
    let_wait(provider, asking.MOST_WAITING, origin=HERE)
    assert "code" in answer_of(client.authorize(person))
    assert request_id_of(client.authorize(person, prompt="login"))
    with provider.session() as session, session.begin():
        session.execute(update(AuthorizationRequest).values(origin=ELSEWHERE))
    assert request_id_of(client.authorize(provider.visitor()))


def test_whoever_signs_in_makes_room_for_the_next_behind_the_same_address(
    provider: RunningProvider, client: RelyingParty
) -> None:
    let_wait(provider, asking.MOST_WAITING - 1, origin=HERE)
    for _ in range(3):
        pupil = provider.visitor()
        assert "code" in answer_of(provider.come_back(pupil, client.authorize(pupil)))


def test_a_client_that_pushes_and_sends_nobody_is_told_to_wait(provider: RunningProvider, client: RelyingParty) -> None:
    let_wait(provider, asking.MOST_WAITING, origin="app:crowded", pushed=True)
    answer = client.ask("/par", client.request())
    assert (answer.status_code, answer.json()["error"]) == (429, "temporarily_unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    assert request_id_of(client.authorize(provider.visitor()))


def test_what_nobody_finished_is_forgotten_and_makes_room_before(provider: RunningProvider, client: RelyingParty) -> None:
    let_wait(provider, asking.MOST_WAITING, origin=HERE)
    with provider.session() as session, session.begin():
        session.execute(update(AuthorizationRequest).values(expires_at=datetime.now(UTC)))
    assert request_id_of(client.authorize(provider.visitor()))
    with provider.session() as session, session.begin():
        forget(session, at=datetime.now(UTC))
    assert len(provider.rows(AuthorizationRequest)) == 1
