"""Is this database the one that took part last, an older state of it, or a copy?

A database cannot know by itself that it was put back, or that it runs twice. So every start of the streams draws a marker,
into the database and onto a list in a file beside it, which no backup of the database contains. A marker from further up the
list is an older state of this very database: its stream recovers by itself. One that is not on the list, or no list at all,
is another machine's database: then nothing is sent until an operator has said what it is.
"""

import os
import secrets
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Integer, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column, sessionmaker

from sync.databases import bulk
from sync.databases.turns import take_turn
from sync.errors import SyncError

_ONLY_ROW = 1
_TURN = 0x696E6361
_COPY = "copy"
# A start may die between writing the list and the database, which then has the marker before the last.
_NEWEST = 2
_KEPT = 1_000


class UnknownIncarnation(SyncError):
    """The database did not take part from here before, and nobody has said yet what it is."""

    code = "unknown_incarnation"


class IncarnationColumns:
    """The marker of the last start, or the word that this is a copy."""

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    marker: Mapped[str] = mapped_column(String(32))


class Found(StrEnum):
    """What a database turned out to be."""

    NEW = "new"
    SAME = "same"
    OLDER = "older"


class Incarnation:
    """A side's marker, in its own table and in a file beside its database."""

    def __init__(self, markers: type[IncarnationColumns]) -> None:
        self._markers: Any = markers

    def begin(self, sessions: "sessionmaker[Session]", file: Path) -> Found:
        """Draws the marker of a new start; raises `UnknownIncarnation` where this may be a copy."""
        with sessions.begin() as session:
            # Another process of the same side may begin at this moment.
            take_turn(session.connection(), _TURN)
            listed = _read(file)
            found = _judge(self._held(session), listed)
            marker = secrets.token_hex(16)
            _write(file, [*listed, marker])
            self._hold(session, marker)
        return found

    def declare_restored(self, session: Session, file: Path) -> None:
        """Takes an operator's word that this database goes on for the one that took part last."""
        marker = secrets.token_hex(16)
        # Not as the newest: what it said since its backup may be lost, so its stream has to be compared.
        _write(file, [*_read(file), marker, *(secrets.token_hex(16) for _ in range(_NEWEST))])
        self._hold(session, marker)

    def declare_copy(self, session: Session) -> None:
        """Takes an operator's word that this database is a copy, which never sends anything."""
        self._hold(session, _COPY)

    def _held(self, session: Session) -> str | None:
        marker: str | None = session.scalar(select(self._markers.marker).where(self._markers.id == _ONLY_ROW).with_for_update())
        return marker

    def _hold(self, session: Session, marker: str) -> None:
        bulk.replace(session, self._markers, [{"id": _ONLY_ROW, "marker": marker}])


def file_beside(engine: Engine) -> Path | None:
    """Where the list is unless a setting says otherwise: beside an SQLite file. A database server has no such place."""
    if engine.dialect.name != "sqlite":
        return None
    return Path(f"{engine.url.database}.incarnation")


def _judge(held: str | None, listed: list[str]) -> Found:
    if held is None:
        return Found.NEW
    if held == _COPY:
        raise UnknownIncarnation("This database was declared a copy, which takes no part. To change that: incarnation restored")
    if held in listed[-_NEWEST:]:
        return Found.SAME
    if held in listed:
        return Found.OLDER
    raise UnknownIncarnation(
        "This database did not take part from here before, so it may be a copy of one that still does. Nothing is sent until "
        "somebody says what it is: `incarnation restored` where it goes on for the other one, else `incarnation copy`."
    )


def _read(file: Path) -> list[str]:
    try:
        return file.read_text().split()
    except FileNotFoundError:
        return []


def _write(file: Path, markers: list[str]) -> None:
    """Replaces the list, whole or not at all."""
    fresh = file.with_name(f"{file.name}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as opened:
        opened.write("\n".join(markers[-_KEPT:]) + "\n")
        opened.flush()
        os.fsync(opened.fileno())
    fresh.replace(file)
