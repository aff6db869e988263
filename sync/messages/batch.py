"""How does a run of events travel as one message?

A batch is a piece of one stream without holes. Its header carries the hashes before and after it, so the receiver can prove
that the piece fits what it already holds. Its body is the events, a line each, compressed with zstd. So packed it is kept, at
both ends, and sent.
"""

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256

import msgspec
import zstandard
from joserfc.jwk import OKPKey

from sync.errors import BrokenChain, TooLarge, Undecodable
from sync.messages.message import BATCH, PROTOCOL_VERSION, Signed, StreamClaims, seal

MAX_EVENTS = 1_000
# A thousand hour entries take up 640 KiB. What cannot be compressed still fits a message.
MAX_PLAIN_BYTES = 768 * 1024
# A single event is never so large that its message, in which little may be compressed, could not be sent.
MAX_EVENT_BYTES = 512 * 1024
_MAX_BODY_PLAIN_BYTES = 1024 * 1024
_LEVEL = 1


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


class Packed(msgspec.Struct, frozen=True, kw_only=True):
    """A batch as it is kept and sent: its header, and the lines of events `first` to `last`, compressed, as its `body`.

    `prev` is the chain's hash before the first event, `hash` the one after the last: 32 bytes each.
    """

    stream: str
    epoch: int
    first: int
    last: int
    prev: bytes
    hash: bytes
    body: bytes

    @property
    def count(self) -> int:
        """How many events it holds."""
        return self.last - self.first + 1


def genesis(stream: str, epoch: int) -> bytes:
    """The hash before the first event of an epoch: 32 bytes."""
    return sha256(f"genesis\n{stream}\n{epoch}".encode()).digest()


def chain_all(previous: bytes, lines: Sequence[bytes]) -> list[bytes]:
    """The hash after each of `lines` in turn, which fixes that event and everything before it: 32 bytes each."""
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


def pack(batch: Batch) -> Packed:
    """The batch as it is kept and sent."""
    return Packed(
        stream=batch.stream,
        epoch=batch.epoch,
        first=batch.first,
        last=batch.last,
        prev=batch.prev,
        hash=batch.hashes[-1],
        body=pack_lines(batch.lines),
    )


def cut(stream: str, epoch: int, *, after: int, prev: bytes, lines: Iterable[bytes]) -> Iterator[Packed]:
    """Packs `lines`, which stand behind the event `after` and its hash `prev`, into as few batches as the limits allow."""
    piece: list[bytes] = []
    size = 0
    for line in lines:
        if piece and (len(piece) == MAX_EVENTS or size + len(line) + 1 > MAX_PLAIN_BYTES):
            packed = _pack(stream, epoch, after + 1, prev, piece)
            yield packed
            after, prev, piece, size = packed.last, packed.hash, [], 0
        piece.append(line)
        size += len(line) + 1
    if piece:
        yield _pack(stream, epoch, after + 1, prev, piece)


def plain_size(lines: Sequence[bytes]) -> int:
    """How many bytes `lines` take up before they are compressed, with a break behind each."""
    return sum(map(len, lines)) + len(lines)


def unpack(packed: Packed) -> Batch:
    """The batch's events; raises `Undecodable`, `TooLarge` or `BrokenChain`."""
    lines = unpack_lines(packed.body)
    if len(lines) > MAX_EVENTS:
        raise TooLarge(f"a batch of {len(lines)} events is over the limit of {MAX_EVENTS}")
    if packed.epoch < 1 or packed.first < 1 or packed.count != len(lines):
        raise Undecodable("the numbers in a batch's header do not fit its events")
    hashes = chain_all(packed.prev, lines)
    if hashes[-1] != packed.hash:
        raise BrokenChain("the events of a batch do not lead to the hash in its header")
    return Batch(stream=packed.stream, epoch=packed.epoch, first=packed.first, prev=packed.prev, lines=lines, hashes=hashes)


def seal_batch(packed: Packed, key: OKPKey) -> bytes:
    """The message that carries a batch."""
    claims = BatchClaims(
        typ=BATCH,
        v=PROTOCOL_VERSION,
        stream=packed.stream,
        epoch=packed.epoch,
        first=packed.first,
        last=packed.last,
        prev=packed.prev.hex(),
        hash=packed.hash.hex(),
    )
    return seal(packed.body, claims, key)


def open_batch(signed: Signed) -> Packed:
    """The batch in a verified message, still packed; raises `Undecodable`."""
    claims = signed.read_claims(BatchClaims)
    try:
        prev, final = bytes.fromhex(claims.prev), bytes.fromhex(claims.hash)
    except ValueError as error:
        raise Undecodable("a hash in a batch's header is not hexadecimal") from error
    return Packed(
        stream=claims.stream,
        epoch=claims.epoch,
        first=claims.first,
        last=claims.last,
        prev=prev,
        hash=final,
        body=signed.body,
    )


def _pack(stream: str, epoch: int, first: int, prev: bytes, lines: Sequence[bytes]) -> Packed:
    hashes = chain_all(prev, lines)
    return pack(Batch(stream=stream, epoch=epoch, first=first, prev=prev, lines=lines, hashes=hashes))
