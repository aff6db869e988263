"""How does a writer come back that has lost something?

A writer finds out from its reader: that one stands further than the log reaches, or tells another history, or holds other
records. Then it asks, a step at a time: up to where do we agree, what follows there, which buckets differ. What it is given
back it applies, except to records of which what is here counts, and goes on in a new epoch, above every one that was ever
seen. How far it has come is kept with the stream, so a crash in between costs one question.

A writer whose reader can give nothing back (the hub, whose districts claim what they hold) begins the new epoch at once.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any, TypeAlias

import msgspec
import structlog
from msgspec.structs import replace
from sqlalchemy.orm import Session

from sync import streams
from sync.errors import Undecodable
from sync.mailbox.applying import Handler, reason_against
from sync.mailbox.asking import (
    MAX_HASHES,
    MAX_KEYS,
    AboutBuckets,
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
from sync.mailbox.digest import BUCKET_RULE, Digest, Record, differing_buckets
from sync.mailbox.facts import Fact, announced_again, read_fact, record_of
from sync.mailbox.log import PARTED, Head, Log
from sync.messages import envelope
from sync.messages.beacon import Position, Verdict
from sync.messages.envelope import Event

# A comparison that could not mend everything would otherwise begin again with each beacon.
COMPARE_AGAIN = timedelta(hours=1)

_journal = structlog.get_logger(__name__)


class Locating(msgspec.Struct, frozen=True, tag=True):
    """The two histories agree up to `low` at least, and part at or before `high`."""

    low: int
    high: int


class Fetching(msgspec.Struct, frozen=True, tag=True):
    """The histories part behind `common`; of what the reader holds of `epoch` everything up to `after` was given back.

    That begins with the epoch in which this side is, and goes on until the one in which the reader is, as far as it has said.
    """

    common: int
    epoch: int
    after: int
    until: int


class Comparing(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    """These `buckets` differ (None: not asked yet); in the first one the keys up to `after` were compared.

    `wanted` are records among these that the reader holds, and this side does not.
    """

    buckets: tuple[tuple[str, int], ...] | None = None
    after: str = ""
    wanted: tuple[str, ...] = ()


Step: TypeAlias = Locating | Fetching | Comparing

_encode = msgspec.json.Encoder().encode
_steps = msgspec.json.Decoder(Step)


class Recovery:
    """Listens to a side's readers, and brings its streams back after a loss."""

    def __init__(
        self,
        log: Log,
        digest: Digest,
        restorers: Mapping[str, Handler] | None = None,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`restorers` says for each event type who gives a record its lost state back, without announcing that.

        None says that nothing can be given back on this side.
        """
        self._log = log
        self._digest = digest
        self._restorers = restorers
        self._now = now

    def hear(self, session: Session, position: Position) -> None:
        """Takes note of where the reader says that it stands, and begins what that calls for."""
        head = self._log.hear(session, position)
        if head is None:
            return
        step = read_step(head.recovery)
        if head.peer_verdict in PARTED and not isinstance(step, Locating | Fetching):
            _journal.warning("stream_parted", stream=head.stream, epoch=head.epoch, verdict=head.peer_verdict)
            self._begin_anew(session, head, above=max(head.epoch, position.epoch, position.fence))
        elif step is None and (position.verdict is Verdict.COMPARE or self._is_due(head)):
            self.compare(session, head.stream)

    def compare(self, session: Session, stream: str) -> None:
        """Begins to compare records with the reader, bucket by bucket."""
        self._log.change(session, stream, compared_at=self._now())
        self._save(session, stream, Comparing())

    def question(self, session: Session, head: Head) -> Question:
        """What is to be asked next about a stream that is being recovered (`head.recovery` is set)."""
        step = read_step(head.recovery)
        if isinstance(step, Locating):
            sequences = _places(step.low, step.high)
            hashes = self._log.hashes(session, head.stream, epoch=head.epoch, sequences=sequences)
            told = {sequence: hash_.hex() for sequence, hash_ in hashes.items()}
            return WhereParted(stream=head.stream, epoch=head.epoch, hashes=told)
        if isinstance(step, Fetching):
            return WhatFollows(stream=head.stream, epoch=step.epoch, after=step.after)
        if step is None or not step.buckets:
            buckets = tuple(self._digest.buckets(session, head.stream))
            return WhichSums(stream=head.stream, epoch=head.epoch, sequence=head.sequence, buckets=buckets, rule=BUCKET_RULE)
        kind, bucket = step.buckets[0]
        if step.wanted:
            return WhichStates(stream=head.stream, kind=kind, keys=step.wanted[:MAX_KEYS])
        return WhichKeys(stream=head.stream, kind=kind, bucket=bucket, after=step.after, rule=BUCKET_RULE)

    def take(self, session: Session, answer: Answer | Lines) -> bool:
        """Does what the answer to the last question calls for, and says whether the recovery has ended by that.

        An answer that comes late or twice changes nothing.
        """
        head = self._log.lock(session, answer.stream)
        step = read_step(head.recovery) if head is not None else None
        if head is None or step is None:
            return False
        self._act_on(session, head, step, answer)
        after = self._log.lock(session, answer.stream)
        return after is not None and after.recovery is None

    def _act_on(self, session: Session, head: Head, step: Step, answer: Answer | Lines) -> None:
        if isinstance(answer, Parting) and isinstance(step, Locating) and answer.epoch == head.epoch:
            self._locate(session, head, step, answer)
        elif (
            isinstance(answer, Lines)
            and isinstance(step, Fetching)
            and (answer.epoch, answer.after) == (step.epoch, step.after)
        ):
            self._fetch(session, head, step, answer)
        elif isinstance(answer, AboutBuckets) and answer.rule != BUCKET_RULE:
            if isinstance(step, Comparing):
                _journal.warning("not_compared", stream=head.stream, rule=answer.rule)
                self._save(session, head.stream, None)
        elif isinstance(answer, Sums) and step == Comparing():
            self._compare_sums(session, head, answer)
        elif isinstance(answer, Keys) and isinstance(step, Comparing) and not step.wanted and step.buckets:
            if (answer.kind, answer.bucket, answer.after) == (*step.buckets[0], step.after):
                self._compare_keys(session, head, step, answer)
        elif isinstance(answer, Lines) and isinstance(step, Comparing) and step.wanted and answer.after is None:
            self._take_wanted(session, head, step, answer)

    def _begin_anew(self, session: Session, head: Head, *, above: int) -> None:
        """Looks for what was lost before a new epoch begins; at once where the reader can give nothing back."""
        if self._restorers is None:
            self._log.open_epoch(session, head.stream, above + 1)
        else:
            self._save(session, head.stream, Locating(0, head.sequence + 1))

    def _locate(self, session: Session, head: Head, step: Locating, answer: Parting) -> None:
        if answer.held_epoch < head.epoch:
            self._log.open_epoch(session, head.stream, max(head.epoch, answer.fence) + 1)
            return
        if answer.hashes is None:
            # What it holds begins with a later epoch.
            self._save(session, head.stream, Fetching(0, head.epoch + 1, 0, until=answer.held_epoch))
            return
        own = self._log.hashes(session, head.stream, epoch=head.epoch, sequences=answer.hashes)
        fitting = {sequence for sequence, held in answer.hashes.items() if own.get(sequence, b"").hex() == held}
        low = max({step.low} | fitting & own.keys())
        high = min({step.high} | answer.hashes.keys() - fitting)
        found: Step = Locating(low, high) if high - low > 1 else Fetching(low, head.epoch, low, until=answer.held_epoch)
        self._save(session, head.stream, found)

    def _fetch(self, session: Session, head: Head, step: Fetching, answer: Lines) -> None:
        events = [envelope.decode(line) for line in answer.lines]
        after = step.after + len(events)
        if [event.sequence for event in events] != list(range(step.after + 1, after + 1)):
            raise Undecodable("what was given back has a hole")
        step = replace(step, after=after, until=max(step.until, answer.held_epoch))
        newest = {record_of(event): event for place, event in enumerate(events) if place not in answer.given_up}
        kept = self._kept(session, head, step, newest)
        self._restore(session, head.stream, {record: event for record, event in newest.items() if record not in kept})
        if events and (step.epoch < step.until or after < answer.held):
            self._save(session, head.stream, step)
        elif step.epoch < step.until:
            self._save(session, head.stream, replace(step, epoch=step.epoch + 1, after=0))
        else:
            epoch = max(head.epoch, step.epoch, answer.fence) + 1
            self._log.open_epoch(session, head.stream, epoch)
            _journal.info("stream_recovered", stream=head.stream, epoch=epoch)

    def _kept(self, session: Session, head: Head, step: Fetching, newest: Mapping[Record, Event]) -> set[Record]:
        """Those records of which what is here counts, and not the `newest` that is given back of them.

        They were changed here no less often; or, where the reader is in the same epoch, since the histories parted.
        """
        held = self._digest.held(session, head.stream, newest)
        kept = {record for record, state in held.items() if state.version >= newest[record].recordversion}
        if step.until <= head.epoch:
            kept |= self._log.written_since(session, head.stream, held, epoch=head.epoch, after=step.common)
        return kept

    def _compare_sums(self, session: Session, head: Head, answer: Sums) -> None:
        buckets = tuple(differing_buckets(self._digest.buckets(session, head.stream), answer.buckets))
        self._save(session, head.stream, Comparing(buckets=buckets) if buckets else None)

    def _compare_keys(self, session: Session, head: Head, step: Comparing, answer: Keys) -> None:
        whole = len(answer.states) < MAX_KEYS
        last = "" if whole else answer.states[-1].key
        own = self._digest.states_in(session, head.stream, answer.kind, answer.bucket, after=answer.after)
        here = {row.key: row for row in own if whole or row.key <= last}
        there = {state.key: state for state in answer.states}
        # What was said after the reader's answer is on its way, and no difference.
        told = {key: row for key, row in here.items() if (row.epoch, row.sequence) <= (answer.epoch, answer.sequence)}
        if any(key in there and _says_otherwise(there[key], row) for key, row in told.items()):
            # The reader would keep what it has of the same version. In a new epoch every state is newer.
            self._begin_anew(session, head, above=head.epoch)
            return
        self._log.repeat(session, head.stream, [row.sequence for key, row in told.items() if _is_older(there.get(key), row)])
        wanted = [key for key, state in there.items() if key not in here or _is_newer(state, here[key])]
        if self._restorers is not None and wanted:
            self._save(session, head.stream, Comparing(buckets=step.buckets, after=last, wanted=tuple(wanted)))
        else:
            self._save(session, head.stream, _next(step, after=last))

    def _take_wanted(self, session: Session, head: Head, step: Comparing, answer: Lines) -> None:
        events = [envelope.decode(line) for line in answer.lines]
        self._restore(session, head.stream, {record_of(event): event for event in events if event.subject in step.wanted})
        given = {event.subject for event in events}
        rest = tuple(key for key in step.wanted if key not in given) if events else ()
        if rest:
            self._save(session, head.stream, Comparing(buckets=step.buckets, after=step.after, wanted=rest))
        else:
            self._save(session, head.stream, _next(step, after=step.after))

    def _restore(self, session: Session, stream: str, newest: Mapping[Record, Event]) -> None:
        """Gives records their lost state back, and puts it into the log, from which the next epoch begins."""
        held = self._digest.held(session, stream, newest)
        facts = map(read_fact, newest.values())
        lost = [fact for fact in facts if fact.record not in held or held[fact.record].hash != fact.hash]
        restored = self._restored(session, streams.district_of(stream), lost)
        if restored:
            self._log.append(session, stream, [announced_again(newest[fact.record]) for fact in restored], repeated=True)

    def _restored(self, session: Session, district: str, facts: Iterable[Fact]) -> Collection[Fact]:
        """Those of `facts` that could be given back. In their order, because records build upon earlier ones."""
        restored: list[Fact] = []
        restorers = self._restorers or {}
        for type_, run in groupby(facts, key=lambda fact: fact.type):
            members = list(run)
            if type_ not in restorers:
                _journal.error("not_restored", type=type_, count=len(members))
            elif reason_against(session, district, restorers[type_], members) is None:
                restored += members
            else:
                restored += [fact for fact in members if self._restores(session, district, restorers[type_], fact)]
        return restored

    def _restores(self, session: Session, district: str, restorer: Handler, fact: Fact) -> bool:
        reason = reason_against(session, district, restorer, [fact])
        if reason is not None:
            _journal.error("not_restored", type=fact.type, key=fact.key, reason=reason)
        return reason is None

    def _is_due(self, head: Head) -> bool:
        """Whether the records differ, and were not compared lately."""
        # A clock that was put back does not make it later than now.
        lately = head.compared_at is not None and head.compared_at <= self._now() < head.compared_at + COMPARE_AGAIN
        return head.peer_verdict == Verdict.DIFFERS and not lately

    def _save(self, session: Session, stream: str, step: Step | None) -> None:
        self._log.change(session, stream, recovery=None if step is None else _encode(step))


def read_step(kept: bytes | None) -> Step | None:
    """How far a recovery is, from what is kept of it with its stream (`StreamHeadColumns.recovery`)."""
    return None if kept is None else _steps.decode(kept)


def _places(low: int, high: int) -> set[int]:
    """Where to compare hashes in order to find the last common event, which is at `low` or between it and `high`.

    Half of the places lie evenly; the others close in on `high`, behind which a loss mostly is.
    """
    half = MAX_HASHES // 2
    near = {high - 2**power for power in range(half)}
    even = {low + (high - low) * number // half for number in range(half)}
    return {place for place in near | even if low <= place < high}


def _next(step: Comparing, *, after: str) -> Comparing | None:
    """The rest of this bucket behind the key `after`, or the next bucket where that is empty."""
    buckets = step.buckets or ()
    if after:
        return Comparing(buckets=buckets, after=after)
    return Comparing(buckets=buckets[1:]) if buckets[1:] else None


def _says_otherwise(there: HeldState, here: Any) -> bool:
    return (there.epoch, there.version) == (here.epoch, here.version) and there.hash != here.hash.hex()


def _is_older(there: HeldState | None, here: Any) -> bool:
    return there is None or (there.epoch, there.version) < (here.epoch, here.version)


def _is_newer(there: HeldState, here: Any) -> bool:
    return (there.epoch, there.version) > (here.epoch, here.version)
