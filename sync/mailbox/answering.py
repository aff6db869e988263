"""What does a reader tell a writer that may have lost something?

Only what it holds itself, and only about that writer's own stream; of buckets, by the rule by which it is asked. The fence
falls in the transaction of the answer: from then on nothing more of the old epoch is taken, so what was answered stays true.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from sync.mailbox.archive import Archive
from sync.mailbox.asking import (
    MAX_KEYS,
    Answer,
    HeldState,
    Keys,
    Lines,
    Parting,
    Question,
    Sums,
    WhatFollows,
    WhereParted,
    WhichKeys,
    WhichStates,
    WhichSums,
)
from sync.mailbox.digest import Digest, Record, state_hash
from sync.mailbox.facts import record_of
from sync.messages import envelope
from sync.messages.batch import MAX_PLAIN_BYTES, plain_size
from sync.messages.envelope import Event


class Answerer:
    """Answers from the archive and the digest of one side."""

    def __init__(self, archive: Archive, digest: Digest) -> None:
        self._archive = archive
        self._digest = digest

    def answer(self, session: Session, question: Question, cursor: Any) -> Answer | Lines:
        """The answer to `question`, whose stream stands at `cursor` (`StreamCursorColumns`), locked by the caller."""
        if isinstance(question, WhereParted):
            return self._parting(session, question, cursor)
        if isinstance(question, WhatFollows):
            return self._following(session, question, cursor)
        if isinstance(question, WhichSums):
            buckets = tuple(self._digest.buckets(session, question.stream, rule=question.rule))
            return Sums(
                stream=question.stream,
                epoch=cursor.epoch,
                sequence=cursor.sequence,
                buckets=buckets,
                rule=question.rule,
            )
        if isinstance(question, WhichKeys):
            return self._keys(session, question, cursor)
        return self._states(session, question, cursor)

    def _parting(self, session: Session, question: WhereParted, cursor: Any) -> Parting:
        is_held = question.epoch == cursor.epoch or self._archive.has_epoch(session, question.stream, question.epoch)
        return Parting(
            stream=question.stream,
            epoch=question.epoch,
            hashes=self._hashes(session, question) if is_held else None,
            held_epoch=cursor.epoch,
            held_sequence=cursor.sequence,
            fence=cursor.fence,
        )

    def _hashes(self, session: Session, question: WhereParted) -> dict[int, str]:
        """The hash at each sequence asked about, up to the first that does not fit."""
        hashes: dict[int, str] = {}
        for sequence in sorted(question.hashes):
            held = self._archive.hash_at(session, question.stream, question.epoch, sequence)
            hashes[sequence] = held.hex() if held else ""
            if hashes[sequence] != question.hashes[sequence]:
                break
        return hashes

    def _following(self, session: Session, question: WhatFollows, cursor: Any) -> Lines:
        lines = self._archive.after(session, question.stream, question.epoch, question.after)
        given_up = self._given_up(session, question, lines) if question.epoch < cursor.epoch else ()
        return _lines(question.stream, question.epoch, cursor, lines, after=question.after, given_up=given_up)

    def _given_up(self, session: Session, question: WhatFollows, lines: Sequence[bytes]) -> Collection[int]:
        """The places of those `lines` whose state was given up in a newer epoch for one that was changed no more often."""
        events = [envelope.decode(line) for line in lines]
        held = self._digest.held(session, question.stream, {record_of(event) for event in events})
        return [place for place, event in enumerate(events) if _was_given_up(event, held.get(record_of(event)))]

    def _keys(self, session: Session, question: WhichKeys, cursor: Any) -> Keys:
        rows = self._digest.states_in(
            session, question.stream, question.kind, question.bucket, after=question.after, rule=question.rule
        )
        states = (HeldState(row.key, row.epoch, row.version, row.hash.hex()) for row in rows[:MAX_KEYS])
        return Keys(
            stream=question.stream,
            epoch=cursor.epoch,
            sequence=cursor.sequence,
            kind=question.kind,
            bucket=question.bucket,
            after=question.after,
            states=tuple(states),
            rule=question.rule,
        )

    def _states(self, session: Session, question: WhichStates, cursor: Any) -> Lines:
        records = [Record(question.kind, key) for key in question.keys]
        held: Mapping[Record, Any] = self._digest.held(session, question.stream, records)
        lines: list[bytes] = []
        size = 0
        for record in records:
            if (row := held.get(record)) is None:
                continue
            found = self._archive.lines_at(session, question.stream, row.epoch, [row.sequence])
            size += plain_size(found)
            if lines and size > MAX_PLAIN_BYTES:
                break
            lines += found
        return _lines(question.stream, cursor.epoch, cursor, lines, after=None)


def _was_given_up(event: Event, now: Any | None) -> bool:
    if now is None or now.epoch <= event.recordepoch or now.version > event.recordversion:
        return False
    return bool(now.hash != state_hash(event.type, event.subject, event.data))


def _lines(
    stream: str, epoch: int, cursor: Any, lines: Sequence[bytes], *, after: int | None, given_up: Collection[int] = ()
) -> Lines:
    return Lines(
        stream=stream,
        epoch=epoch,
        after=after,
        held=cursor.sequence,
        held_epoch=cursor.epoch,
        fence=cursor.fence,
        given_up=given_up,
        lines=lines,
    )
