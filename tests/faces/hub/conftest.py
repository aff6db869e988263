"""Which hub does a page or a program speak to in a test?"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from federation.app import create_app
from federation.settings import Settings
from tests.hub.peers import Hub
from tests.support.hub import hub_of, settings_in_environment


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings of a hub on a file of its own."""
    return settings_in_environment(monkeypatch, f"sqlite:///{tmp_path / 'hub.db'}", tmp_path)


@pytest.fixture
def hub(settings: Settings) -> Iterator[Hub]:
    """A hub that nobody has joined."""
    with hub_of(settings) as hub:
        yield hub


@pytest.fixture
def client(hub: Hub) -> FlaskClient:
    """A browser that prefers English."""
    client = create_app(hub.settings).test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client
