"""Is a code, or a refresh token, good for one answer, however many ask at once, and at however many processes?"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import TypeVar

import httpx
import pytest

from federation.sso.models import AccessToken, RefreshToken
from tests.support.provider import Person, RelyingParty, RunningProvider, provider_of_several_processes

ASKED = 30

Given = TypeVar("Given")


@pytest.fixture
def provider(postgresql_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningProvider]:
    """A provider of several processes on PostgreSQL."""
    with provider_of_several_processes(monkeypatch, tmp_path, database_url=postgresql_url) as running:
        yield running


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
