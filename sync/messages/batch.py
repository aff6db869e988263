"""How does a run of events travel as one message?

A batch is a piece of one stream without holes. Its header carries the hashes before and after it, so the receiver can prove
that the piece fits what it already holds. Its body is the events, a line each, compressed with zstd.
"""

from collections.abc import Sequence
from hashlib import sha256

import msgspec
import zstandard
from joserfc.jwk import OKPKey

from sync.errors import BrokenChain, TooLarge, Undecodable
from sync.messages.message import BATCH, PROTOCOL_VERSION, Signed, StreamClaims, seal

MAX_EVENTS = 1_000
MAX_PLAIN_BYTES = 512 * 1024
# A single event may be larger than a batch should be, but never so large that its message could not be sent.
MAX_EVENT_BYTES = 512 * 1024
_MAX_BODY_PLAIN_BYTES = MAX_PLAIN_BYTES + MAX_EVENT_BYTES
_LEVEL = 3


class BatchClaims(StreamClaims, frozen=True, kw_only=True):
    """A batch's header. `prev` is the hash before the first event, `hash` the hash after the last, both in hexadecimal."""

    epoch: int
    first: int = msgspec.field(name="from")
    last: int = msgspec.field(name="to")
    prev: str
    hash: str


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """Events `first` to `last` of `stream` in `epoch`, with the chain's hash before and after them.

    `lines[i]` holds the bytes of event `first + i`, `hashes[i]` the chain's hash after it.
    """

    stream: str
    epoch: int
    first: int
    prev: bytes
    lines: Sequence[bytes]
    hashes: Sequence[bytes]

    @property
    def last(self) -> int:
        """The sequence of the last event."""
        return self.first + len(self.lines) - 1

    def after(self, sequence: int) -> "Batch":
        """The part of this batch behind `sequence`, which lies in it or directly before it."""
        skip = sequence - self.first + 1
        if skip <= 0:
            return self
        return Batch(
            stream=self.stream,
            epoch=self.epoch,
            first=sequence + 1,
            prev=self.hashes[skip - 1],
            lines=self.lines[skip:],
            hashes=self.hashes[skip:],
        )

    def goes_on_from(self, before: "Batch") -> bool:
        """Whether this is the piece of the stream directly behind `before`."""
        place = (before.stream, before.epoch, before.last + 1, before.hashes[-1])
        return (self.stream, self.epoch, self.first, self.prev) == place

    def hash_at(self, sequence: int) -> bytes:
        """The chain's hash after event `sequence`, which lies in this batch or directly before it."""
        return self.prev if sequence == self.first - 1 else self.hashes[sequence - self.first]


def join(pieces: Sequence[Batch]) -> Batch:
    """One batch of `pieces`, each of which goes on from the one before it."""
    return Batch(
        stream=pieces[0].stream,
        epoch=pieces[0].epoch,
        first=pieces[0].first,
        prev=pieces[0].prev,
        lines=[line for piece in pieces for line in piece.lines],
        hashes=[hash_ for piece in pieces for hash_ in piece.hashes],
    )


def genesis(stream: str, epoch: int) -> bytes:
    """The hash before the first event of an epoch: 32 bytes."""
    return sha256(f"genesis\n{stream}\n{epoch}".encode()).digest()


def chain(previous: bytes, line: bytes) -> bytes:
    """The hash after an event, which fixes the event and everything before it: 32 bytes."""
    return sha256(previous + line).digest()


def chain_all(previous: bytes, lines: Sequence[bytes]) -> list[bytes]:
    """The hash after each of `lines` in turn."""
    hashes = []
    for line in lines:
        previous = sha256(previous + line).digest()
        hashes.append(previous)
    return hashes


def pack_lines(lines: Sequence[bytes]) -> bytes:
    """Lines of events, compressed."""
    # A compressor that two threads use at once corrupts what it writes; a new one costs less than a signature.
    return zstandard.compress(b"\n".join(lines), _LEVEL)


def unpack_lines(body: bytes) -> list[bytes]:
    """The lines in a batch's body; raises `TooLarge` before unpacking more than the protocol allows, or `Undecodable`."""
    try:
        size = zstandard.frame_content_size(body)
        if not 0 < size <= _MAX_BODY_PLAIN_BYTES:
            raise TooLarge(f"a batch says that it unpacks to {size} bytes; the limit is {_MAX_BODY_PLAIN_BYTES}")
        plain = zstandard.decompress(body, max_output_size=_MAX_BODY_PLAIN_BYTES)
    except zstandard.ZstdError as error:
        raise Undecodable("the body of a batch is not zstd") from error
    return plain.split(b"\n")


def seal_batch(batch: Batch, key: OKPKey) -> bytes:
    """The message that carries `batch`."""
    claims = BatchClaims(
        typ=BATCH,
        v=PROTOCOL_VERSION,
        stream=batch.stream,
        epoch=batch.epoch,
        first=batch.first,
        last=batch.last,
        prev=batch.prev.hex(),
        hash=batch.hash_at(batch.last).hex(),
    )
    return seal(pack_lines(batch.lines), claims, key)


def open_batch(signed: Signed) -> Batch:
    """The batch in a verified message; raises `Undecodable`, `TooLarge` or `BrokenChain`."""
    claims = signed.read_claims(BatchClaims)
    lines = unpack_lines(signed.body)
    if len(lines) > MAX_EVENTS:
        raise TooLarge(f"a batch of {len(lines)} events is over the limit of {MAX_EVENTS}")
    if claims.epoch < 1 or claims.first < 1 or claims.last != claims.first + len(lines) - 1:
        raise Undecodable("the numbers in a batch's header do not fit its events")
    try:
        prev, final = bytes.fromhex(claims.prev), bytes.fromhex(claims.hash)
    except ValueError as error:
        raise Undecodable("a hash in a batch's header is not hexadecimal") from error
    hashes = chain_all(prev, lines)
    if hashes[-1] != final:
        raise BrokenChain("the events of a batch do not lead to the hash in its header")
    return Batch(stream=claims.stream, epoch=claims.epoch, first=claims.first, prev=prev, lines=lines, hashes=hashes)
