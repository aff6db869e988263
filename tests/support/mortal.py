"""How does a real program die at the one moment that a test wants?

    python -m tests.support.mortal "after commit" received_batch .venv/bin/banyan-hub sync

runs the Python program with the arguments behind it, and kills it (SIGKILL: nothing is tidied up) the first time it comes to
that point. The points lie in what the programs are built upon, SQLAlchemy and kombu, so that the programs have none of their
own.
"""

import os
import runpy
import signal
import sys
import threading
from collections.abc import Callable
from enum import StrEnum
from typing import Any, NoReturn

from kombu import Producer
from kombu.message import Message
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from sync.messages import message


class Point(StrEnum):
    """Where a program dies: beside the transaction that adds to a table, or beside the publication of a kind of message."""

    BEFORE_COMMIT = "before commit"
    AFTER_COMMIT = "after commit"
    AFTER_ACKNOWLEDGEMENT = "after acknowledgement"
    """The message is acknowledged whose transaction added to the table; the answer is not sent."""

    BEFORE_PUBLICATION = "before publication"
    AFTER_PUBLICATION = "after publication"


class _Transaction(threading.local):
    """What became of this thread's last transaction."""

    added = False
    committed = False


def arm(point: Point, subject: str) -> None:
    """Lets this process die at `point`; `subject` is the name of a table, or the kind of a message (`message.BATCH`)."""
    if point in (Point.BEFORE_PUBLICATION, Point.AFTER_PUBLICATION):
        _die_at_publication(subject, after=point is Point.AFTER_PUBLICATION)
        return
    transaction = _Transaction()

    def begin(_connection: Any) -> None:
        transaction.added = transaction.committed = False

    def look(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        transaction.added |= statement.startswith(f"INSERT INTO {subject} ")

    def commit(_connection: Any) -> None:
        if transaction.added and point is Point.BEFORE_COMMIT:
            _die()
        transaction.committed = transaction.added

    def committed(_session: Any) -> None:
        if transaction.committed and point is Point.AFTER_COMMIT:
            _die()

    event.listen(Engine, "begin", begin)
    event.listen(Engine, "before_cursor_execute", look)
    event.listen(Engine, "commit", commit)
    event.listen(Session, "after_commit", committed)
    if point is Point.AFTER_ACKNOWLEDGEMENT:
        _wrap(Message, "ack", after=lambda _message, *_arguments: transaction.committed and _die())


def _die_at_publication(kind: str, *, after: bool) -> None:
    def look(_producer: Any, raw: bytes, *_arguments: Any) -> None:
        if message.take_apart(raw).claims.typ == kind:
            _die()

    if after:
        _wrap(Producer, "publish", after=look)
    else:
        _wrap(Producer, "publish", before=look)


def _wrap(
    owner: type[Any], name: str, *, before: Callable[..., object] | None = None, after: Callable[..., object] | None = None
) -> None:
    inner = getattr(owner, name)

    def wrapped(self: Any, *arguments: Any, **options: Any) -> Any:
        if before:
            before(self, *arguments)
        result = inner(self, *arguments, **options)
        if after:
            after(self, *arguments)
        return result

    setattr(owner, name, wrapped)


def _die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("nobody outlives that")


if __name__ == "__main__":
    _, point_, subject_, *command = sys.argv
    arm(Point(point_), subject_)
    sys.argv = command
    runpy.run_path(command[0], run_name="__main__")
