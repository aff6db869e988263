"""Is a code, or a refresh token, good for one answer, however many ask at once, and at however many processes?"""

import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier
from typing import TypeVar

import httpx
import pytest

from federation.settings import read_settings
from federation.sso.keys import rotating
from federation.sso.models import AccessToken, RefreshToken
from tests.support import servers
from tests.support.hub import hub_environment, hub_of
from tests.support.provider import Person, RelyingParty, RunningProvider
from tests.support.waiting import eventually

ASKED = 30
WORKERS = 3

Given = TypeVar("Given")


@pytest.fixture
def provider(postgresql_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningProvider]:
    """A provider of several processes on PostgreSQL."""
    with serving_with_workers(postgresql_url, tmp_path, monkeypatch) as running:
        yield running


@contextmanager
def serving_with_workers(database_url: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningProvider]:
    port = servers.free_port()
    address = f"http://127.0.0.1:{port}"
    environment = hub_environment(database_url, folder, PUBLIC_URL=address, SECURE_COOKIES="false")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with hub_of(read_settings()) as hub:
        with hub.sessions.begin() as session:
            rotating.create_missing(session, cipher=hub.settings.field_cipher, at=datetime.now(UTC))
        program = Path(sys.executable).with_name("banyan-hub")
        served = ["web", "--bind", f"127.0.0.1:{port}", "--workers", str(WORKERS), "--threads", "4"]
        process = servers.start([program, *served], output=folder / "web.log", env={**os.environ, **environment})
        try:
            eventually(lambda: _answers(address))
            with ExitStack() as browsers:
                yield RunningProvider(address, hub, browsers)
        finally:
            servers.stop(process)


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/healthz", trust_env=False).is_success
    except httpx.TransportError:
        return False


def twice_at_once(ask: Callable[[Given], httpx.Response], given: list[Given]) -> list[list[httpx.Response]]:
    """The two answers that each of `given` gets when it is shown twice at the same moment."""
    with ThreadPoolExecutor(2) as threads:

        def both(one: Given) -> list[httpx.Response]:
            barrier = Barrier(2)

            def show() -> httpx.Response:
                barrier.wait()
                return ask(one)

            return [shown.result() for shown in [threads.submit(show) for _ in range(2)]]

        return [both(one) for one in given]


@pytest.fixture
def client(provider: RunningProvider) -> RelyingParty:
    return provider.add_client("app:honest")


@pytest.fixture
def person(provider: RunningProvider) -> Person:
    return provider.sign_in()


def test_no_code_is_honoured_twice(provider: RunningProvider, client: RelyingParty, person: Person) -> None:
    """Authlib's order, by which a code is crossed out when its tokens are made, honoured most of them twice: pitfall 1."""
    answers = twice_at_once(client.redeem, [client.code(person) for _ in range(ASKED)])
    assert [sorted(answer.status_code for answer in both) for both in answers] == [[200, 400]] * ASKED
    assert {answer.json()["error"] for both in answers for answer in both if answer.is_error} == {"invalid_grant"}
    assert len(provider.rows(AccessToken)) == ASKED


def test_no_refresh_token_gets_two_successors(provider: RunningProvider, client: RelyingParty, person: Person) -> None:
    """The same order holds in Authlib's grant for refresh tokens. Of two at once the second gets what the first got."""
    given = [client.tokens(person)["refresh_token"] for _ in range(ASKED)]
    answers = twice_at_once(client.refresh, given)
    successors = [{answer.json()["refresh_token"] for answer in both} for both in answers]
    assert [len(both) for both in successors] == [1] * ASKED
    assert len(set.union(*successors)) == ASKED
    assert len(provider.rows(RefreshToken)) == 2 * ASKED
