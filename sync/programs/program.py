"""What does a side say of itself so that it has a program?"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import rich_click as click
from sqlalchemy.orm import Session, sessionmaker

from sync.databases.migrating import Migrations
from sync.keys.rotating import Agreement
from sync.mailbox.inbox import Inbox, KeysIn
from sync.mailbox.incarnation import Incarnation
from sync.mailbox.log import Log
from sync.mailbox.recovery import Recovery
from sync.running.errands import Errand
from sync.running.upkeep import Tidy
from sync.settings import WireSettings


class ProgramSettings(Protocol):
    """What these commands read of a side's settings."""

    @property
    def database_url(self) -> str:
        """Where the side's database is."""

    @property
    def wire(self) -> WireSettings:
        """What its streams need."""


@dataclass(frozen=True)
class Participant:
    """A side in the streams: who it is (a district's code or `streams.HUB`), its tables, and whose keys it trusts.

    `tidy` is what it does once an hour, such as forgetting what was kept long enough; `errands` what it does all the time;
    `agreement` is how it comes to terms with the other side about its own key, where that can be exchanged.
    """

    party: str
    log: Log
    recovery: Recovery
    inbox: Inbox
    keys: KeysIn
    incarnation: Incarnation
    tidy: Tidy | None = None
    errands: tuple[Errand, ...] = ()
    agreement: Agreement | None = None


@dataclass(frozen=True)
class Program:
    """A side's program: its command's name, how it reads its settings, its tables and its refusals.

    `application` is what gunicorn is told to serve, such as `tenants.app:create_app()`; `participant` makes, of the settings
    and the sessions of the side's database, what takes part in the streams. `key_commands` are more about its own key. Where it
    `shares`, several processes may take part, each for a share of the districts.
    """

    name: str
    read_settings: Callable[[], ProgramSettings]
    migrations: Migrations
    refusals: tuple[type[Exception], ...]
    application: str
    participant: Callable[[Any, "sessionmaker[Session]"], Participant]
    key_commands: tuple[click.Command, ...] = ()
    shares: bool = False
