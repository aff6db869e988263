"""Which hub is attacked, and who has accounts there?"""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from federation.settings import JoiningSettings, Settings
from tests.hub.peers import Hub
from tests.support.hub import hub_of, program_of, settings_in_environment
from tests.support.people import ADDRESS, Someone
from tests.support.stewards import Steward, steward


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A hub that knows its own address and the federation's key for documents, and is asked over HTTP."""
    settings = settings_in_environment(monkeypatch, f"sqlite:///{tmp_path / 'hub.db'}", tmp_path)
    return replace(settings, secure_cookies=False, joining=JoiningSettings(hub_url=ADDRESS, token_key=os.urandom(32)))


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
def stranger(app: Flask, hub: Hub) -> Someone:
    """Somebody without an account, from elsewhere."""
    return Someone(app, hub, address="198.51.100.7")


@pytest.fixture
def someone(app: Flask, hub: Hub) -> Someone:
    """Somebody who has just opened an account."""
    someone = Someone(app, hub)
    someone.sign_up()
    return someone


@pytest.fixture
def chen(app: Flask) -> Steward:
    """A steward, signed in with two factors."""
    return steward(app)
