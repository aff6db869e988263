"""Do two ends that hold other records find out, and put it right with what differs alone?"""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import delete, update

from sync import streams
from sync.mailbox.asking import Keys, Question, Sums, WhichKeys, WhichSums, open_question, seal_question
from sync.mailbox.digest import Record
from sync.mailbox.inbox import Reply
from sync.messages import message
from sync.messages.beacon import Beacon, Position, Verdict, seal_beacon
from sync.messages.signing import Signer
from sync.running.consumer import Consumer
from sync.running.relay import QUESTION_PAUSE_SECONDS, Relay
from sync.testing import BadWeather
from sync.uuids import new_uuids
from tests.support.sides import (
    DigestSum,
    RecordState,
    RestoredFact,
    Ring,
    Side,
    StreamCursor,
    StreamHead,
    announce,
    open_side,
)

UP = streams.up("futian")
BEACON_SECONDS = 60.0


class Pair:
    """A district and the hub, who take turns on a calm bus; it hears every question."""

    def __init__(self, futian: Side, hub: Side) -> None:
        self.futian, self.hub = futian, hub
        self._weather = BadWeather()
        self._seconds = 0.0
        self._relays = [self._relay(side) for side in (futian, hub)]
        self._consumers = [self._consumer(side) for side in (futian, hub)]
        self.questions: list[Question] = []

    def hub_takes(self, raw: bytes) -> Reply | None:
        """What the hub answers when this arrives."""
        with self.hub.sessions.begin() as session:
            return self.hub.inbox.receive(session, raw, receiver=streams.HUB, keys=self.hub.keys_in, at=datetime.now(UTC))

    def go_on(self, rounds: int = 20) -> None:
        """Lets both send and receive; time passes, so that beacons come due."""
        for _ in range(rounds):
            self._seconds += max(BEACON_SECONDS, QUESTION_PAUSE_SECONDS)
            for relay in self._relays:
                relay.step()
            self.questions += [
                open_question(signed)
                for signed in map(message.take_apart, self._weather.waiting("hub"))
                if signed.claims.typ == message.QUESTION
            ]
            for consumer in self._consumers:
                while consumer.step(seconds=0):
                    pass

    @property
    def cursor(self) -> StreamCursor:
        row: StreamCursor = self.hub.rows(StreamCursor)[0]
        return row

    def is_proven(self) -> bool:
        """Whether the hub has seen that both hold the same, and nothing says otherwise since."""
        return self.cursor.proven_at is not None and self.cursor.differs_since is None

    def _relay(self, side: Side) -> Relay:
        return Relay(
            sessions=side.sessions,
            log=side.log,
            recovery=side.recovery,
            bus=self._weather.bus(side.party),
            signer=Signer(side.key),
            beacon_seconds=BEACON_SECONDS,
            clock=lambda: self._seconds,
        )

    def _consumer(self, side: Side) -> Consumer:
        bus = self._weather.bus(side.party)
        signer = Signer(side.key)
        return Consumer(party=side.party, sessions=side.sessions, inbox=side.inbox, bus=bus, keys=side.keys_in, signer=signer)


@pytest.fixture
def pair(database_url: str, tmp_path: Path, ring: Ring) -> Iterator[Pair]:
    with (
        closing(open_side(f"sqlite:///{tmp_path / 'futian.db'}", "futian", ring=ring, writes=[UP])) as futian,
        closing(open_side(database_url, streams.HUB, ring=ring, reads=[UP])) as hub,
    ):
        yield Pair(futian, hub)


def forget(side: Side, *keys: str) -> None:
    """Lets a side hold these records no more, as if it had never heard of them."""
    with side.sessions.begin() as session:
        held = side.digest.held(session, UP, [Record("hours", key) for key in keys])
        for record, row in held.items():
            where = (DigestSum.stream == UP, DigestSum.kind == "hours", DigestSum.bucket == record.bucket)
            [bucket] = session.query(DigestSum).filter(*where)
            bucket.records -= 1
            bucket.minutes -= row.minutes
            bucket.sum_0 -= int.from_bytes(row.hash[-4:])
            bucket.sum_1 -= int.from_bytes(row.hash[-8:-4])
            bucket.sum_2 -= int.from_bytes(row.hash[-12:-8])
            bucket.sum_3 -= int.from_bytes(row.hash[:4])
            session.execute(delete(RecordState).where(RecordState.stream == UP, RecordState.key == record.key))


def test_equal_ends_are_proven_equal_without_a_question(pair: Pair) -> None:
    pair.futian.announce(300)
    pair.go_on()
    assert pair.is_proven()
    assert pair.questions == []
    with pair.futian.sessions() as session:
        [bucket_sums] = [pair.futian.digest.buckets(session, UP)]
    assert sum(bucket.records for bucket in bucket_sums) == 300
    assert sum(bucket.minutes for bucket in bucket_sums) == 300 * 60


def test_what_the_reader_lacks_is_said_again_and_nothing_else(pair: Pair) -> None:
    pair.futian.announce(300)
    pair.go_on()
    forget(pair.hub, "e7", "e8")
    pair.go_on()
    assert pair.is_proven()
    assert pair.futian.head().sequence == 302
    assert sorted(key for _, sequence, key in pair.hub.applied() if sequence > 300) == ["e7", "e8"]
    assert set(map(type, pair.questions)) == {WhichSums, WhichKeys}


def test_what_the_writer_lacks_is_given_back(pair: Pair) -> None:
    pair.futian.announce(30)
    pair.go_on()
    forget(pair.futian, "e7")
    pair.go_on()
    assert pair.is_proven()
    assert [record.key for record in pair.futian.rows(RestoredFact)] == ["e7"]


def test_another_state_of_the_same_version_is_settled_by_a_new_epoch(pair: Pair) -> None:
    pair.futian.announce(30)
    pair.go_on()
    forget(pair.hub, "e7")
    with pair.hub.sessions.begin() as session:
        row = RecordState(
            stream=UP,
            kind="hours",
            key="e7",
            bucket=Record("hours", "e7").bucket,
            epoch=1,
            version=1,
            sequence=7,
            hash=bytes(16),
            minutes=0,
        )
        session.add(row)
        session.execute(update(DigestSum).where(DigestSum.bucket == row.bucket).values(records=DigestSum.records + 1))
    pair.go_on()
    assert pair.futian.head().epoch == 2
    assert pair.is_proven()


def test_what_was_lost_together_is_looked_for_in_one_bucket(pair: Pair) -> None:
    lost = list(new_uuids(300))
    pair.futian.announce(300)
    with pair.futian.sessions.begin() as session:
        for key in lost:
            announce(pair.futian.log, session, UP, key)
    pair.go_on()
    forget(pair.hub, *lost)
    pair.go_on()
    assert pair.is_proven()
    buckets = {question.bucket for question in pair.questions if isinstance(question, WhichKeys)}
    assert buckets == {Record("hours", lost[0]).bucket}
    assert {key for _, sequence, key in pair.hub.applied() if sequence > 600} == set(lost)


def test_an_upgraded_reader_proves_nothing_to_a_writer_of_the_first_rule_and_answers_by_its_rule(pair: Pair) -> None:
    keys = ["e1", *new_uuids(300)]
    with pair.futian.sessions.begin() as session:
        for key in keys:
            announce(pair.futian.log, session, UP, key)
    pair.go_on(1)
    head = pair.futian.head()
    with pair.hub.sessions.begin() as session:
        session.execute(update(StreamCursor).values(differs_since=datetime.now(UTC), differing=[["hours", 1]]))
    place = {"stream": UP, "epoch": 1, "sequence": head.sequence}
    lit = {**place, "hash": head.hash.hex(), "sent": head.sequence, "digest": "00" * 32, "lit_at": datetime.now(UTC)}
    claims = message.StreamClaims(typ=message.BEACON, v=message.PROTOCOL_VERSION, stream=UP)
    answered = pair.hub_takes(message.seal(msgspec.json.encode(lit), claims, pair.futian.key))
    assert isinstance(answered, Position)
    assert (answered.sequence, answered.verdict) == (head.sequence, Verdict.APPLIED)
    assert (pair.cursor.proven_at, pair.cursor.differs_since, pair.cursor.differing) == (None, None, None)
    told = pair.hub_takes(seal_question(WhichSums(stream=UP, epoch=1, sequence=head.sequence, buckets=()), pair.futian.key))
    assert isinstance(told, Sums)
    by_first_rule = {key: sha256(key.encode()).digest()[0] for key in keys}
    assert {bucket.bucket: bucket.records for bucket in told.buckets} == Counter(by_first_rule.values())
    with pair.futian.sessions() as session:
        assert sum(int(bucket.sum, 16) for bucket in told.buckets) % 2**128 == (
            sum(int(bucket.sum, 16) for bucket in pair.futian.digest.buckets(session, UP)) % 2**128
        )
    assert pair.cursor.differing is None
    in_one = pair.hub_takes(seal_question(WhichKeys(stream=UP, kind="hours", bucket=by_first_rule["e1"]), pair.futian.key))
    assert isinstance(in_one, Keys)
    assert {held.key for held in in_one.states} == {
        key for key, bucket in by_first_rule.items() if bucket == by_first_rule["e1"]
    }


class FormerBeacon(msgspec.Struct):
    """What a reader of the first rule looks into."""

    stream: str
    epoch: int
    sequence: int
    hash: str
    sent: int
    digest: str
    lit_at: datetime


def test_an_upgraded_writer_compares_nothing_with_a_reader_of_the_first_rule(pair: Pair) -> None:
    pair.futian.announce(3)
    pair.go_on()
    head = pair.futian.head()
    lit = Beacon(stream=UP, epoch=1, sequence=3, hash=head.hash.hex(), sent=3, root="00" * 32, lit_at=datetime.now(UTC))
    signed = message.take_apart(seal_beacon(lit, pair.futian.key))
    assert msgspec.json.decode(signed.body, type=FormerBeacon).digest == ""
    with pair.futian.sessions.begin() as session:
        pair.futian.recovery.compare(session, UP)
        assert pair.futian.recovery.take(session, Sums(stream=UP, epoch=1, sequence=3, buckets=()))
    assert pair.futian.head() == replace(head, compared_at=pair.futian.head().compared_at)


def test_somebody_at_the_reader_may_want_to_compare(pair: Pair) -> None:
    pair.futian.announce(30)
    pair.go_on()
    with pair.hub.sessions.begin() as session:
        pair.hub.inbox.ask(session, UP, Verdict.COMPARE)
    pair.go_on()
    assert set(map(type, pair.questions)) == {WhichSums}
    assert pair.cursor.wish is None
    assert pair.is_proven()


def test_a_difference_that_stays_is_looked_at_once_an_hour(pair: Pair) -> None:
    pair.futian.announce(30)
    pair.go_on()
    with pair.futian.sessions.begin() as session:
        session.execute(update(StreamHead).values(compared_at=datetime.now(UTC)))
    forget(pair.hub, "e7")
    pair.go_on()
    assert (pair.questions, pair.is_proven()) == ([], False)


def test_a_whole_epoch_can_be_sent_again(pair: Pair) -> None:
    pair.futian.announce(30)
    pair.go_on()
    with pair.futian.sessions.begin() as session:
        pair.futian.log.rewind(session, UP)
    assert pair.futian.head().peer_sequence == 0
    pair.go_on()
    assert (pair.futian.head().peer_sequence, len(pair.hub.applied())) == (30, 30)
