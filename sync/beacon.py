"""Where does each side stand?

A writer lights a *beacon* at start and at intervals: this is my head. A reader answers beacons and batches with its
*position*. Between them every loss is noticed, also that of the last message before a silence.
"""

from datetime import datetime
from enum import StrEnum
from typing import TypeVar

import msgspec
from joserfc.jwk import OKPKey

from sync.errors import Undecodable
from sync.message import BEACON, POSITION, PROTOCOL_VERSION, Signed, StreamClaims, seal

Said = TypeVar("Said", "Beacon", "Position")


class Verdict(StrEnum):
    """What a reader says of the batch or beacon that it answers."""

    APPLIED = "applied"
    GAP = "gap"
    FORK = "fork"
    STALE = "stale"


class Beacon(msgspec.Struct, frozen=True, kw_only=True):
    """The writer's head: the last event that it has committed in `epoch`, and the chain's hash (hexadecimal) after it.

    `sent` is the last event that it had handed to the bus before this beacon.
    """

    stream: str
    epoch: int
    sequence: int
    hash: str
    sent: int
    lit_at: datetime


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
    return _of_its_stream(_decode(_beacons, signed.body), signed)


def open_position(signed: Signed) -> Position:
    """The position in a verified message; raises `Undecodable`."""
    return _of_its_stream(_decode(_positions, signed.body), signed)


def _decode(decoder: msgspec.json.Decoder[Said], body: bytes) -> Said:
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Undecodable(f"a beacon or position does not have the expected shape: {error}") from error


def _of_its_stream(said: Said, signed: Signed) -> Said:
    if said.stream != signed.claims.stream:
        raise Undecodable("the body speaks of another stream than the header")
    return said
