"""Which hub does a page or a program speak to in a test?"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from federation.app import create_app
from federation.db import db
from federation.settings import Settings
from tests.hub.peers import Hub
from tests.support.hub import hub_of, settings_in_environment


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """The address of a new, empty database."""
    return f"sqlite:///{tmp_path / 'hub.db'}"


@pytest.fixture
def settings(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings of a hub on a database of its own."""
    return settings_in_environment(monkeypatch, database_url, tmp_path)


@pytest.fixture
def hub(settings: Settings) -> Iterator[Hub]:
    """A hub that nobody has joined."""
    with hub_of(settings) as hub:
        yield hub


@pytest.fixture
def client(hub: Hub) -> Iterator[FlaskClient]:
    """A browser that prefers English."""
    app = create_app(hub.settings)
    client = app.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    yield client
    with app.app_context():
        db.engine.dispose()
