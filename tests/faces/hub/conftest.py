"""Which hub does a page or a program speak to in a test?"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from federation.settings import Settings
from tests.hub.peers import Hub
from tests.support.hub import hub_of, program_of, settings_in_environment
from tests.support.stewards import Steward, steward


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """The address of a new, empty database."""
    return f"sqlite:///{tmp_path / 'hub.db'}"


@pytest.fixture
def settings(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings of a hub on a database of its own."""
    # A client in a test asks over HTTP, and then shows no cookie that is for HTTPS alone.
    return replace(settings_in_environment(monkeypatch, database_url, tmp_path), secure_cookies=False)


@pytest.fixture
def hub(settings: Settings) -> Iterator[Hub]:
    """A hub that nobody has joined."""
    with hub_of(settings) as hub:
        yield hub


@pytest.fixture
def app(hub: Hub) -> Iterator[Flask]:
    """The hub's program for browsers."""
    with program_of(hub.settings) as app:
        yield app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser that prefers English."""
    client = app.test_client()
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


@pytest.fixture
def chen(app: Flask) -> Steward:
    """A steward, signed in."""
    return steward(app)
