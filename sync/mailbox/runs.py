"""What do batches say that arrived together?

Those of one stream that go on from each other are taken as one, because most of what a batch costs its reader is paid once,
however large it is. Each is read to the end while a processor has it at hand, and no more is kept of it than is asked for
later: a run is larger than what stays at hand.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime
from typing import TypeAlias

from sync.errors import Rejected, Undecodable
from sync.mailbox.facts import Fact, Unread
from sync.messages import batch, envelope, message
from sync.messages.batch import Packed
from sync.messages.envelope import Event
from sync.messages.message import Arrived, Signed

MAX_EVENTS = 12_000
"""A run that holds so many events takes no further batch."""

Read: TypeAlias = Callable[[Event], Fact | Unread]
"""Says what an event says here."""


class Run:
    """Batches of one stream that go on from each other, still without an effect.

    `batches` are as they came, `told` is what their events say, each at its place, and `as_of` the latest moment of them all.
    """

    def __init__(self, first: Packed, read: Read) -> None:
        """Raises `Rejected` where the batch does not hold what its header says."""
        self.stream, self.epoch, self.first, self.prev = first.stream, first.epoch, first.first, first.prev
        self.batches: list[Packed] = []
        self.told: list[Fact | Unread] = []
        self._hashes: list[bytes] = []
        self._read = read
        self.as_of = self._add(first)

    @property
    def last(self) -> int:
        """The sequence of the last event."""
        return self.batches[-1].last

    @property
    def hash(self) -> bytes:
        """The chain's hash after the last event."""
        return self.batches[-1].hash

    def goes_on_with(self, further: Packed) -> bool:
        """Whether `further` is the piece of the stream directly behind this run."""
        place = (self.stream, self.epoch, self.last + 1, self.hash)
        return (further.stream, further.epoch, further.first, further.prev) == place

    def add(self, further: Packed) -> None:
        """Goes on with `further`; raises `Rejected` where that does not hold what its header says, and stays as it was."""
        self.as_of = max(self.as_of, self._add(further))

    def hash_at(self, sequence: int) -> bytes:
        """The chain's hash after event `sequence`, which lies in this run or directly before it."""
        return self.prev if sequence == self.first - 1 else self._hashes[sequence - self.first]

    def told_behind(self, sequence: int) -> Sequence[Fact | Unread]:
        """What the events behind `sequence` say."""
        return self.told[max(0, sequence - self.first + 1) :]

    def batches_behind(self, sequence: int) -> Iterator[Packed]:
        """What each batch has behind `sequence`: mostly everything, and then just as it came."""
        for packed in self.batches:
            if packed.first > sequence:
                yield packed
            elif packed.last > sequence:
                yield batch.pack(batch.unpack(packed).after(sequence))

    def lines_at(self, sequences: Collection[int]) -> dict[int, bytes]:
        """The events at `sequences`, as they came."""
        return {
            sequence: line
            for packed in self.batches
            if any(packed.first <= sequence <= packed.last for sequence in sequences)
            for sequence, line in enumerate(batch.unpack_lines(packed.body), packed.first)
            if sequence in sequences
        }

    def _add(self, packed: Packed) -> datetime:
        """Takes a batch in; gives the moment of its newest event."""
        opened = batch.unpack(packed)
        events = [envelope.decode(line) for line in opened.lines]
        if [event.sequence for event in events] != list(range(packed.first, packed.last + 1)):
            raise Undecodable("an event's sequence is not its place in the stream")
        self.batches.append(packed)
        self._hashes += opened.hashes
        self.told += map(self._read, events)
        return max(event.time for event in events)


def read_run(first: Signed, behind: Sequence[Arrived], verify: Callable[..., None], read: Read) -> tuple[Run, list[int]]:
    """What `first` says, and those batches `behind` it that go on from there, with the places of all of them; `first` is at 0.

    Other streams' messages may be between them. What cannot be taken ends the run and is looked at again when its turn has
    come: what is before it may bring the key by which it is signed. Raises `Rejected` where `first` cannot be taken.
    """
    run = Run(batch.open_batch(first), read)
    places = [0]
    for place, arrived in enumerate(behind, 1):
        if len(run.told) >= MAX_EVENTS:
            break
        try:
            signed = message.take_apart(arrived.raw)
            if signed.claims.stream != run.stream:
                continue
            if signed.claims.typ != message.BATCH:
                break
            verify(signed, account=arrived.account)
            further = batch.open_batch(signed)
            if not run.goes_on_with(further):
                break
            run.add(further)
        except Rejected:
            break
        places.append(place)
    return run, places
