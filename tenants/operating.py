"""How does an operator's command reach the district's records?"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from sync.programs.database import session_of
from tenants import mailbox
from tenants.settings import Settings, read_settings


@contextmanager
def district() -> Iterator[tuple[Session, Settings]]:
    """A session on the district's database, and the settings; the command commits."""
    settings = read_settings()
    with session_of(settings, mailbox.log) as session:
        yield session, settings
