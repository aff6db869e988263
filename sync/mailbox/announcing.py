"""When does what is said in a transaction get its number?

Just before the commit, all at once: the stream's counter is locked for that moment only, and what was undone was never
numbered.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import event
from sqlalchemy.orm import Session, SessionTransaction, scoped_session, sessionmaker

from sync.contracts import minutes_of
from sync.errors import TooLarge
from sync.messages import batch, envelope

_ANNOUNCED = "sync.announced"
_MARKS = "sync.marks"


class Announcement(msgspec.Struct, frozen=True):
    """The state `data` of record `key` in `version`; `id` and `time` are those of the event, where it was one before."""

    type: str
    key: str
    version: int
    data: msgspec.Raw
    minutes: int
    id: str | None = None
    time: datetime | None = None


Append = Callable[[Session, str, Sequence[Announcement]], None]
"""Puts announcements behind the last event of a stream: (session, stream, announcements)."""


def listen(sessions: sessionmaker[Any] | scoped_session[Any] | type[Session], append: Append) -> None:
    """Gives `append` what was announced in any of `sessions`, as the last step before its commit."""

    def number(session: Session) -> None:
        _number(session, append)

    event.listen(sessions, "before_commit", number)
    event.listen(sessions, "after_transaction_create", _remember_savepoint)
    event.listen(sessions, "after_soft_rollback", _forget_what_was_undone)
    event.listen(sessions, "after_transaction_end", _forget_everything)


def announcement(*, type: str, key: str, version: int, data: msgspec.Struct) -> Announcement:
    """What is said of record `key` in `version`: its whole state; raises `TooLarge` where no message could carry it."""
    encoded = envelope.encode_data(data)
    size = len(bytes(encoded))
    if size > batch.MAX_EVENT_BYTES:
        raise TooLarge(f"a {type} of {size} bytes is over the limit of {batch.MAX_EVENT_BYTES}")
    return Announcement(type, key, version, encoded, minutes_of(data))


def remember(session: Session, stream: str, said: Announcement) -> None:
    """Keeps what is said until the transaction commits, or is undone."""
    if not session.in_transaction():
        session.begin()
    session.info.setdefault(_ANNOUNCED, []).append((stream, said))


def _number(session: Session, append: Append) -> None:
    if session.in_nested_transaction():
        return
    announced: Sequence[tuple[str, Announcement]] = session.info.pop(_ANNOUNCED, ())
    if not announced:
        return
    session.flush()
    by_stream: dict[str, list[Announcement]] = defaultdict(list)
    for stream, announcement in announced:
        by_stream[stream].append(announcement)
    # In the order of their names, so that two transactions never wait for each other's counter.
    for stream in sorted(by_stream):
        append(session, stream, by_stream[stream])


def _remember_savepoint(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        session.info.setdefault(_MARKS, {})[transaction] = len(session.info.get(_ANNOUNCED, ()))


def _forget_what_was_undone(session: Session, undone: SessionTransaction) -> None:
    mark = session.info.get(_MARKS, {}).get(undone)
    if mark is not None:
        del session.info.get(_ANNOUNCED, [])[mark:]


def _forget_everything(session: Session, transaction: SessionTransaction) -> None:
    # A savepoint ends before it is known whether it was undone, so its mark is kept until the whole transaction ends.
    if transaction.parent is None:
        session.info.pop(_ANNOUNCED, None)
        session.info.pop(_MARKS, None)
