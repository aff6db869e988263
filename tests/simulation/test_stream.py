"""Does the reader of one stream only ever hold a beginning of what its writer said?

Beside the seeds: here hypothesis chooses what happens next, and makes what fails as short as it can.
"""

import sqlite3
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from sync import streams
from sync.messages import batch
from sync.messages.batch import Batch, seal_batch
from tests.support.sides import AT, ReceivedBatch, Ring, Side, open_side

UP = streams.up("futian")


class OneStream(RuleBasedStateMachine):
    """A writer, its reader, and a bus that is a list of messages.

    The writer may be put back to an older copy; then it goes on in a new epoch, as its recovery would have it do.
    """

    def __init__(self) -> None:
        super().__init__()
        ring = Ring()
        self.writer = open_side("sqlite://", "futian", ring=ring, writes=[UP])
        self.reader = open_side("sqlite://", streams.HUB, ring=ring, reads=[UP])
        self.bus: list[bytes] = []
        self.numbers = 0
        self.copies: list[bytes] = []
        self.histories: dict[int, list[bytes]] = {1: []}
        self.highest = 1

    @rule(count=st.integers(1, 3))
    def write(self, count: int) -> None:
        self.writer.announce(count, first=self.numbers + 1)
        self.numbers += count
        self._note_history()

    @rule(after=st.integers(0, 8), count=st.integers(1, 3))
    def send(self, after: int, count: int) -> None:
        """From anywhere: a relay that starts anew may know little of where its reader stands."""
        piece = self._piece(min(after, self.writer.head().sequence), count)
        if piece is not None:
            self.bus.append(seal_batch(batch.pack(piece), self.writer.key))

    @precondition(lambda self: self.bus)
    @rule(data=st.data())
    def deliver(self, data: Any) -> None:
        self._take(self.bus.pop(data.draw(st.integers(0, len(self.bus) - 1))))

    @precondition(lambda self: self.bus)
    @rule(data=st.data())
    def drop(self, data: Any) -> None:
        self.bus.pop(data.draw(st.integers(0, len(self.bus) - 1)))

    @precondition(lambda self: self.bus)
    @rule(data=st.data())
    def double(self, data: Any) -> None:
        self.bus.append(self.bus[data.draw(st.integers(0, len(self.bus) - 1))])

    @precondition(lambda self: self.bus)
    @rule()
    def crash_before_commit(self) -> None:
        """The reader takes the first message, and dies before it is committed; so the bus has it still."""
        with self.reader.sessions() as session:
            self.reader.inbox.receive(session, self.bus[0], receiver=streams.HUB, keys=self.reader.keys_in, at=AT)
            session.rollback()

    @rule()
    def copy(self) -> None:
        self.copies.append(_database(self.writer).serialize())

    @precondition(lambda self: self.copies)
    @rule(data=st.data())
    def restore(self, data: Any) -> None:
        _database(self.writer).deserialize(data.draw(st.sampled_from(self.copies)))
        self.highest += 1
        with self.writer.sessions.begin() as session:
            self.writer.log.open_epoch(session, UP, self.highest)
        self._note_history()

    @invariant()
    def reader_holds_a_beginning(self) -> None:
        epoch, sequence, _ = self.reader.cursor(UP)
        assert self._held(epoch) == self.histories.get(epoch, [])[:sequence]

    def teardown(self) -> None:
        """In good weather the reader comes to hold everything."""
        while not self.reader.has_read(self.writer.head()):
            epoch, sequence, _ = self.reader.cursor(UP)
            head = self.writer.head()
            piece = self._piece(sequence if epoch == head.epoch else 0, 3)
            if piece is None:
                break
            self._take(seal_batch(batch.pack(piece), self.writer.key))
        head = self.writer.head()
        assert head.sequence == 0 or self.reader.has_read(head)
        assert self._held(head.epoch) == self.histories[head.epoch]
        self.writer.close()
        self.reader.close()

    def _piece(self, after: int, count: int) -> Batch | None:
        with self.writer.sessions() as session:
            packed = self.writer.log.read(session, UP, epoch=self.writer.head().epoch, after=after)
        if packed is None:
            return None
        found = batch.unpack(packed)
        return Batch(
            stream=UP,
            epoch=found.epoch,
            first=found.first,
            prev=found.prev,
            lines=found.lines[:count],
            hashes=found.hashes[:count],
        )

    def _take(self, raw: bytes) -> None:
        with self.reader.sessions.begin() as session:
            self.reader.inbox.receive(session, raw, receiver=streams.HUB, keys=self.reader.keys_in, at=AT)

    def _note_history(self) -> None:
        head = self.writer.head()
        with self.writer.sessions() as session:
            found = self.writer.log.read(session, UP, epoch=head.epoch, after=0)
        self.histories[head.epoch] = batch.unpack_lines(found.body) if found else []

    def _held(self, epoch: int) -> list[bytes]:
        taken = [row for row in self.reader.rows(ReceivedBatch) if row.epoch == epoch]
        return [line for row in sorted(taken, key=lambda row: row.first) for line in batch.unpack_lines(row.body)]


def _database(side: Side) -> sqlite3.Connection:
    with side.sessions.kw["bind"].connect() as connection:
        database: sqlite3.Connection = connection.connection.driver_connection
        return database


TestOneStream = OneStream.TestCase
TestOneStream.settings = settings(
    max_examples=30, stateful_step_count=20, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
