"""Which hub can a test ask for?"""

import os
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

from federation.intake import open_inbox
from federation.mailbox import log
from federation.migrations import MIGRATIONS
from federation.settings import Settings, read_settings
from sync import postgresql, signing, sqlite
from tests.hub.peers import AT, Hub


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
    values = {
        "DATABASE_URL": database_url,
        "BUS_URL": f"sqla+sqlite:///{tmp_path / 'bus.db'}",
        "SIGNING_KEY": signing.private_jwk(signing.generate_key()).decode(),
        "SECRET_KEY": "for tests only",
        "FIELD_KEYS": Fernet.generate_key().decode(),
        "HUB_TOKEN_KEY": b64encode(os.urandom(32)).decode(),
        "LANGUAGE": "en",
    }
    for name, value in values.items():
        monkeypatch.setenv(f"BANYAN_{name}", value)
    return read_settings()


@pytest.fixture
def hub(settings: Settings) -> Iterator[Hub]:
    """A hub that nobody has joined."""
    engine = create_engine(settings.database_url)
    sqlite.prepare(engine)
    postgresql.prepare(engine)
    MIGRATIONS.upgrade(engine)
    sessions = sessionmaker(engine)
    log.listen(sessions)
    yield Hub(settings, sessions, open_inbox(settings, now=lambda: AT))
    engine.dispose()
