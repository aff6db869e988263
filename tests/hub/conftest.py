"""Which hub can a test ask for?"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from federation.settings import Settings
from tests.hub.peers import Hub
from tests.support.hub import hub_of, settings_in_environment


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a new, empty database of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'hub.db'}"
    url: str = request.getfixturevalue("postgresql_url")
    return url


@pytest.fixture
def settings(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings of a hub with new keys, which are in the environment as well."""
    return settings_in_environment(monkeypatch, database_url, tmp_path)


@pytest.fixture
def hub(settings: Settings) -> Iterator[Hub]:
    """A hub that nobody has joined."""
    with hub_of(settings) as hub:
        yield hub
