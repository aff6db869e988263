"""Which provider is looked at?"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.provider import Person, RelyingParty, RunningProvider, running_provider


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningProvider]:
    """A provider that runs, and lets clients that test the protocol do without PKCE."""
    folder: Path = tmp_path_factory.mktemp("provider")
    with pytest.MonkeyPatch.context() as patch, running_provider(patch, folder, test_clients=True) as running:
        yield running


@pytest.fixture(scope="module")
def client(provider: RunningProvider) -> RelyingParty:
    """A client as the suite's Basic plan has it: with a secret, and without PKCE."""
    return provider.add_client("suite:basic", pkce_required=False)


@pytest.fixture
def person(provider: RunningProvider) -> Person:
    """Somebody who is signed in."""
    return provider.sign_in()
