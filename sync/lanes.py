"""Which of several processes of the hub serves which districts?

What a district says to the hub waits in one of a fixed number of queues, its *lane*, always the same one. So whoever serves a
lane sees everything of its districts in order, and a process that serves only some of the lanes needs to know of no other. How
many processes there are can change from one start to the next, and nothing on the bus has to.
"""

import re
from dataclasses import dataclass
from hashlib import sha256

from sync import streams
from sync.errors import SyncError

LANES = 8


class NoShare(SyncError):
    """What should be a share is none."""

    code = "no_share"


def lane_of(district: str) -> int:
    """In which lane what `district` says waits, 0 to `LANES` - 1."""
    return sha256(district.encode()).digest()[0] % LANES


@dataclass(frozen=True)
class Share:
    """The lanes that one of several processes serves: every `of`-th, from the one numbered `number` (1 to `of`) on."""

    number: int
    of: int

    @property
    def is_first(self) -> bool:
        """Whether this process also does what one of them has to do for all."""
        return self.number == 1

    @property
    def lanes(self) -> range:
        """Its lanes."""
        return range(self.number - 1, LANES, self.of)

    def has(self, stream: str) -> bool:
        """Whether the district at one end of `stream` is among those that it serves."""
        return lane_of(streams.district_of(stream)) in self.lanes


WHOLE = Share(1, 1)


def read_share(text: str) -> Share:
    """The share that is written as `2/3`, the second of three; raises `NoShare`."""
    written = re.fullmatch(r"([1-9])/([1-9])", text)
    if written is None or not int(written[1]) <= int(written[2]) <= LANES:
        raise NoShare(f"{text} is no share. The second of three is 2/3, and there are {LANES} at most.")
    return Share(int(written[1]), int(written[2]))
