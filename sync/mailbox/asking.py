"""What does a writer ask its reader that may have lost something, and what is it told?

A question is small and can be asked again; its answer depends on nothing but what the reader holds. So neither side keeps
anything for the other, and a lost question or answer costs time only.
"""

from collections.abc import Collection, Sequence
from typing import Annotated, TypeAlias

import msgspec
from joserfc.jwk import OKPKey

from sync.errors import Undecodable
from sync.mailbox.digest import BUCKET_RULE, FIRST_BUCKET_RULE, BucketSum
from sync.messages import batch
from sync.messages.batch import MAX_EVENTS
from sync.messages.message import ANSWER, LINES, PROTOCOL_VERSION, QUESTION, Signed, StreamClaims, seal

MAX_HASHES = 64
MAX_KEYS = 1_000


class _Said(msgspec.Struct, frozen=True, kw_only=True, tag_field="about"):
    """Everything here is about one stream."""

    stream: str


class WhereParted(_Said, frozen=True, kw_only=True, tag="parting"):
    """Up to where do we tell the same history of `epoch`? `hashes` is the chain's hash (hexadecimal) after some sequences.

    Whoever asks this will not go on with `epoch`: its reader takes nothing more from it.
    """

    epoch: int
    hashes: dict[int, str]


class WhatFollows(_Said, frozen=True, kw_only=True, tag="following"):
    """What do you hold of `epoch` behind the sequence `after`? It is answered with `Lines`.

    After this, too, the reader takes nothing more of `epoch`.
    """

    epoch: int
    after: int


class AboutBuckets(_Said, frozen=True, kw_only=True):
    """By which rule records fall into buckets here (`sync.mailbox.digest.BUCKET_RULE`); the first one is not named."""

    rule: Annotated[int, msgspec.Meta(ge=FIRST_BUCKET_RULE, le=BUCKET_RULE)] = FIRST_BUCKET_RULE


class WhichSums(AboutBuckets, frozen=True, kw_only=True, tag="sums"):
    """What do your buckets add up to? The writer's own, at `sequence` of `epoch`, are told with the question."""

    epoch: int
    sequence: int
    buckets: tuple[BucketSum, ...]


class WhichKeys(AboutBuckets, frozen=True, kw_only=True, tag="keys"):
    """Which records do you hold in this bucket, behind the key `after`?"""

    kind: str
    bucket: int
    after: str = ""


class WhichStates(_Said, frozen=True, kw_only=True, tag="states"):
    """What do you know of these records? It is answered with `Lines`."""

    kind: str
    keys: tuple[str, ...]


Question: TypeAlias = WhereParted | WhatFollows | WhichSums | WhichKeys | WhichStates


class Parting(_Said, frozen=True, kw_only=True, tag="parting"):
    """`hashes` is what the reader holds at the sequences asked about (hexadecimal), up to the first that does not fit, which is
    empty where it has not come so far. It is absent where the reader holds nothing of that epoch any more.

    It says what is held and not what fits, so that a writer which was put back since it asked is not misled.
    The reader stands at `held_sequence` of `held_epoch`, and takes nothing from an epoch at or below `fence`.
    """

    epoch: int
    hashes: dict[int, str] | None
    held_epoch: int
    held_sequence: int
    fence: int


class Sums(AboutBuckets, frozen=True, kw_only=True, tag="sums"):
    """What the reader's buckets add up to while it stands at `sequence` of `epoch`."""

    epoch: int
    sequence: int
    buckets: tuple[BucketSum, ...]


class HeldState(msgspec.Struct, frozen=True, array_like=True):
    """A record in a bucket: its version and the hash (hexadecimal) of its state."""

    key: str
    epoch: int
    version: int
    hash: str


class Keys(AboutBuckets, frozen=True, kw_only=True, tag="keys"):
    """The first `MAX_KEYS` records behind the key `after` in a bucket, while the reader stands at `sequence` of `epoch`."""

    epoch: int
    sequence: int
    kind: str
    bucket: int
    after: str
    states: tuple[HeldState, ...]


Answer: TypeAlias = Parting | Sums | Keys


class Lines(msgspec.Struct, frozen=True, kw_only=True):
    """Events as the reader received them.

    After `WhatFollows` they are those of `epoch` behind `after`; after `WhichStates` they come from anywhere, and `after` is
    absent. The reader stands at `held` of `held_epoch`, and takes nothing from an epoch at or below `fence`. `given_up` are
    the places, the first one 0, of those lines whose states it has given up, in a newer epoch, for others that were changed
    no more often. A reader that was not upgraded yet says nothing of the two: 0, and none.
    """

    stream: str
    epoch: int
    after: int | None
    held: int
    held_epoch: int
    fence: int
    given_up: Collection[int]
    lines: Sequence[bytes]


class LinesClaims(StreamClaims, frozen=True, kw_only=True):
    """The header of `Lines`, whose body is the lines as a batch has them; nothing at all where there are none.

    `given_up` is a number in hexadecimal, in which the bit of each place is set, the lowest for the first.
    """

    epoch: int
    after: int | None
    held: int
    held_epoch: int = 0
    fence: int
    given_up: Annotated[str, msgspec.Meta(pattern=rf"^[0-9a-f]{{1,{MAX_EVENTS // 4}}}$")] = "0"


_encoder = msgspec.json.Encoder()
_questions = msgspec.json.Decoder(Question)
_answers = msgspec.json.Decoder(Answer)


def seal_question(question: Question, key: OKPKey) -> bytes:
    """The message that carries `question`."""
    claims = StreamClaims(typ=QUESTION, v=PROTOCOL_VERSION, stream=question.stream)
    return seal(_encoder.encode(question), claims, key)


def seal_answer(answer: Answer | Lines, key: OKPKey) -> bytes:
    """The message that carries `answer`."""
    if not isinstance(answer, Lines):
        return seal(_encoder.encode(answer), StreamClaims(typ=ANSWER, v=PROTOCOL_VERSION, stream=answer.stream), key)
    claims = LinesClaims(
        typ=LINES,
        v=PROTOCOL_VERSION,
        stream=answer.stream,
        epoch=answer.epoch,
        after=answer.after,
        held=answer.held,
        held_epoch=answer.held_epoch,
        fence=answer.fence,
        given_up=f"{sum(1 << place for place in answer.given_up):x}",
    )
    return seal(batch.pack_lines(answer.lines) if answer.lines else b"", claims, key)


def open_question(signed: Signed) -> Question:
    """The question in a verified message; raises `Undecodable`."""
    question: Question = signed.read_body(_questions)
    if isinstance(question, WhereParted) and len(question.hashes) > MAX_HASHES:
        raise Undecodable(f"a question about more than {MAX_HASHES} places")
    if isinstance(question, WhichStates) and len(question.keys) > MAX_KEYS:
        raise Undecodable(f"a question about more than {MAX_KEYS} records")
    return question


def open_answer(signed: Signed) -> Answer | Lines:
    """The answer in a verified message; raises `Undecodable` or `TooLarge`."""
    if signed.claims.typ != LINES:
        answer: Answer = signed.read_body(_answers)
        return answer
    claims = signed.read_claims(LinesClaims)
    lines = batch.unpack_lines(signed.body) if signed.body else []
    given_up = int(claims.given_up, 16)
    return Lines(
        stream=claims.stream,
        epoch=claims.epoch,
        after=claims.after,
        held=claims.held,
        held_epoch=claims.held_epoch,
        fence=claims.fence,
        given_up={place for place in range(len(lines)) if given_up >> place & 1},
        lines=lines,
    )
