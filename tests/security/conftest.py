"""Which provider is attacked, and by whom?"""

from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from tests.support.provider import Person, RelyingParty, RunningProvider, running_provider


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningProvider]:
    """A provider that runs, and may speak to clients on this machine."""
    folder: Path = tmp_path_factory.mktemp("provider")
    here: dict[str, Any] = {"client_networks": (ip_network("127.0.0.0/8"),)}
    with pytest.MonkeyPatch.context() as patch, running_provider(patch, folder, **here) as running:
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
