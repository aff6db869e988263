"""Where does each side stand?

A writer lights a *beacon* at start and at intervals: this is my head. A reader answers beacons and batches with its
*position*. Between them every loss is noticed, also that of the last message before a silence.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec
from joserfc.jwk import OKPKey

from sync.messages.message import BEACON, POSITION, PROTOCOL_VERSION, Signed, StreamClaims, seal


class Verdict(StrEnum):
    """What a reader says of the batch or beacon that it answers."""

    APPLIED = "applied"
    GAP = "gap"
    FORK = "fork"
    STALE = "stale"
    DIFFERS = "differs"
    """Everything was taken, and yet the two ends do not hold the same records."""
    COMPARE = "compare"
    """Somebody at the reader's side wants to know whether the two ends hold the same records."""


class Beacon(msgspec.Struct, frozen=True, kw_only=True):
    """The writer's head: the last event that it has committed in `epoch`, and the chain's hash (hexadecimal) after it.

    `sent` is the last event that it had handed to the bus before this beacon; `root` is that over the records that the stream
    has told of (`sync.mailbox.digest`), or empty where nothing can be said of them. A writer that was not upgraded yet has no
    `root`: its `digest` is that by the first rule for buckets. A reader of before compares nothing where that is empty.
    """

    stream: str
    epoch: int
    sequence: int
    hash: str
    sent: int
    root: str | None = None
    digest: str = ""
    lit_at: Annotated[datetime, msgspec.Meta(tz=True)]


class Position(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The reader's cursor in the writer's stream, and its verdict on what it answers.

    `sent` is set in the answer to a beacon and repeats what that said: all of it has arrived by now, or is lost.
    `fence` is the highest epoch that the reader takes nothing more from.
    """

    stream: str
    epoch: int
    sequence: int
    hash: str
    verdict: Verdict
    fence: int = 0
    sent: int | None = None


_encoder = msgspec.json.Encoder()
_beacons = msgspec.json.Decoder(Beacon)
_positions = msgspec.json.Decoder(Position)


def seal_beacon(beacon: Beacon, key: OKPKey) -> bytes:
    """The message that carries `beacon`."""
    return seal(_encoder.encode(beacon), StreamClaims(typ=BEACON, v=PROTOCOL_VERSION, stream=beacon.stream), key)


def seal_position(position: Position, key: OKPKey) -> bytes:
    """The message that carries `position`."""
    return seal(_encoder.encode(position), StreamClaims(typ=POSITION, v=PROTOCOL_VERSION, stream=position.stream), key)


def open_beacon(signed: Signed) -> Beacon:
    """The beacon in a verified message; raises `Undecodable`."""
    return signed.read_body(_beacons)


def open_position(signed: Signed) -> Position:
    """The position in a verified message; raises `Undecodable`."""
    return signed.read_body(_positions)
