"""How does a reader that was away for weeks catch up, without the bus?

It asks the writer's records for one batch after another, and takes each as if it had come over the bus: in a transaction of
its own, signature and chain examined. What the bus brings meanwhile does no harm, and none is done to it.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session, sessionmaker

from sync.errors import BrokenChain
from sync.mailbox.inbox import Inbox, KeysIn
from sync.messages.beacon import Position


class Records(Protocol):
    """Where a writer's batches can be asked for; a `sync.carriers.https.HttpsBus` is one."""

    def replay(self, stream: str, *, epoch: int, after: int) -> bytes | None:
        """The next batch of `stream` behind `after`, signed; None where there is none."""


def catch_up(
    records: Records,
    *,
    party: str,
    sessions: "sessionmaker[Session]",
    inbox: Inbox,
    keys: KeysIn,
    now: Callable[[], datetime],
) -> Iterator[Position]:
    """Takes everything that `party` lacks of the streams it reads, and gives its position after each batch.

    Raises `BusUnavailable`, and `BrokenChain` where a batch of the records takes the reader no further.
    """

    def positions() -> dict[str, Position]:
        with sessions() as session:
            return {position.stream: position for position in inbox.positions(session)}

    for stream, place in positions().items():
        here = place
        while (raw := records.replay(stream, epoch=here.epoch, after=here.sequence)) is not None:
            with sessions.begin() as session:
                inbox.receive(session, raw, receiver=party, keys=keys, at=now())
            reached = positions()[stream]
            if (reached.epoch, reached.sequence) <= (here.epoch, here.sequence):
                raise BrokenChain(f"what the hub's records hold of {stream} does not follow what is here")
            here = reached
            yield here
