"""How does an operator's command reach the hub's records?"""

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from federation import mailbox
from federation.settings import Settings, read_settings
from sync.programs.database import session_of


@contextmanager
def hub() -> Iterator[tuple[Session, Settings]]:
    """A session on the hub's database, and the settings; the command commits."""
    settings = read_settings()
    with session_of(settings, mailbox.log) as session:
        yield session, settings


def operator() -> str:
    """Who gives this command; in a container a user may have a number and no name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"
