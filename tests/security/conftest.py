"""Which provider is attacked, and by whom?"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.provider import Person, RelyingParty, RunningProvider, running_provider


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningProvider]:
    """A provider that runs."""
    folder: Path = tmp_path_factory.mktemp("provider")
    with pytest.MonkeyPatch.context() as patch, running_provider(patch, folder) as running:
        yield running


@pytest.fixture(scope="module")
def client(provider: RunningProvider) -> RelyingParty:
    """A client of the hub."""
    return provider.add_client("app:honest")


@pytest.fixture(scope="module")
def rival(provider: RunningProvider) -> RelyingParty:
    """Another client, which would like to have what is not meant for it."""
    return provider.add_client("app:rival", redirect_uri="https://rival.example/callback")


@pytest.fixture
def person(provider: RunningProvider) -> Person:
    """Somebody who is signed in at the hub."""
    return provider.sign_in()
