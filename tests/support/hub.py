"""How does a test get a hub of its own?"""

import os
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from flask import Flask
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

from federation.app import create_app
from federation.db import db
from federation.intake import open_inbox
from federation.mailbox import log
from federation.migrations import MIGRATIONS
from federation.settings import Settings, read_settings
from sync.databases import postgresql, sqlite
from sync.messages import signing
from tests.hub.peers import AT, Hub
from tests.support.tables import lay_tables


def hub_environment(database_url: str, folder: Path, **changes: str) -> dict[str, str]:
    """The environment of a hub's program with new keys; `changes` are settings without the prefix of their names."""
    values = {
        "DATABASE_URL": database_url,
        "BUS_URL": f"sqla+sqlite:///{folder / 'bus.db'}",
        "SIGNING_KEY": signing.private_jwk(signing.generate_key()).decode(),
        "SECRET_KEY": "for tests only",
        "FIELD_KEYS": Fernet.generate_key().decode(),
        "HUB_TOKEN_KEY": b64encode(os.urandom(32)).decode(),
        "LANGUAGE": "en",
    }
    return {f"BANYAN_{name}": value for name, value in (values | changes).items()}


def settings_in_environment(monkeypatch: pytest.MonkeyPatch, database_url: str, folder: Path) -> Settings:
    """The settings of a hub with new keys, which are in the environment as well."""
    for name, value in hub_environment(database_url, folder).items():
        monkeypatch.setenv(name, value)
    return read_settings()


@contextmanager
def hub_of(settings: Settings) -> Iterator[Hub]:
    """A hub that nobody has joined, on an empty database."""
    engine = create_engine(settings.database_url)
    sqlite.prepare(engine)
    postgresql.prepare(engine)
    lay_tables(engine, MIGRATIONS)
    sessions = sessionmaker(engine)
    log.listen(sessions)
    yield Hub(settings, sessions, open_inbox(settings, now=lambda: AT))
    engine.dispose()


@contextmanager
def program_of(settings: Settings) -> Iterator[Flask]:
    """The program that answers browsers at a hub that there is; its connections end with it."""
    app = create_app(settings)
    try:
        yield app
    finally:
        with app.app_context():
            db.engine.dispose()
