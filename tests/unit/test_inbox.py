"""Does a reader take every event once, whatever order and form they come in?"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import update

from sync import streams
from sync.messages import batch, message, signing
from sync.messages.batch import Batch, seal_batch
from sync.messages.beacon import Beacon, Position, Verdict, seal_beacon, seal_position
from sync.messages.message import Arrived
from tests.support.sides import AT, QuarantinedMessage, ReceivedBatch, Ring, Side, StreamCursor, open_side

UP = streams.up("futian")
LATER = AT + timedelta(minutes=5)


@pytest.fixture
def hub(database_url: str, ring: Ring) -> Iterator[Side]:
    with closing(open_side(database_url, streams.HUB, ring=ring, reads=[UP])) as side:
        yield side


def cut(futian: Side, *sizes: int) -> list[Batch]:
    """The district's stream in pieces of these sizes."""
    pieces, after = [], 0
    with futian.sessions() as session:
        for size in sizes:
            packed = futian.log.read(session, UP, epoch=1, after=after)
            assert packed is not None
            rest = batch.unpack(packed)
            lines, hashes = rest.lines[:size], rest.hashes[:size]
            pieces.append(Batch(stream=UP, epoch=1, first=rest.first, prev=rest.prev, lines=lines, hashes=hashes))
            after += size
    return pieces


def take(hub: Side, raw: bytes, *, at: datetime = LATER) -> Position | None:
    with hub.sessions.begin() as session:
        reply = hub.inbox.receive(session, raw, receiver=hub.party, keys=hub.keys_in, at=at)
    return reply if isinstance(reply, Position) else None


def take_batch(hub: Side, futian: Side, piece: Batch) -> Position:
    position = take(hub, seal_batch(batch.pack(piece), futian.key))
    assert position is not None
    return position


def beacon(futian: Side, **changes: object) -> bytes:
    head = futian.head()
    said = {
        "epoch": head.epoch,
        "sequence": head.sequence,
        "hash": head.hash.hex(),
        "sent": head.sequence,
        "root": "",
        **changes,
    }
    return seal_beacon(Beacon(stream=UP, lit_at=LATER, **said), futian.key)  # type: ignore[arg-type]


def take_run(hub: Side, futian: Side, *pieces: Batch) -> Sequence[int]:
    """Gives the places of those of the pieces, all of which have arrived, that are taken as one."""
    arrived = [Arrived(seal_batch(batch.pack(piece), futian.key)) for piece in pieces]
    with hub.sessions.begin() as session:
        places, _ = hub.inbox.receive_run(session, arrived, receiver=hub.party, keys=hub.keys_in, carefully=False, at=LATER)
    return places


def cursor_row(hub: Side) -> StreamCursor:
    row: StreamCursor = hub.rows(StreamCursor)[0]
    return row


def test_batches_in_order_lead_to_the_head(hub: Side, futian: Side) -> None:
    futian.announce(5)
    positions = [take_batch(hub, futian, piece) for piece in cut(futian, 2, 3)]
    assert [(said.verdict, said.sequence) for said in positions] == [(Verdict.APPLIED, 2), (Verdict.APPLIED, 5)]
    assert hub.has_read(futian.head())
    assert [key for _, _, key in hub.applied()] == ["e1", "e2", "e3", "e4", "e5"]
    assert {district for district, _, _ in hub.applied()} == {"futian"}


def test_an_epoch_is_let_go_of_when_the_next_one_is_old_and_whole(hub: Side, futian: Side) -> None:
    futian.announce(3)
    with futian.sessions.begin() as session:
        told = [futian.log.read(session, UP, epoch=1, after=0)]
        futian.log.open_epoch(session, UP, 2)
        told.append(futian.log.read(session, UP, epoch=2, after=0))
    soon = AT + timedelta(minutes=1)
    for packed, at in zip(told, (AT, soon), strict=True):
        assert packed is not None
        take(hub, seal_batch(packed, futian.key), at=at)

    def kept(before: datetime) -> set[int]:
        with hub.sessions.begin() as session:
            hub.inbox.forget(session, before=before)
        return {row.epoch for row in hub.rows(ReceivedBatch)}

    # The next one has not proven yet that it came as a whole.
    assert kept(LATER) == {1, 2}
    head = futian.head()
    with futian.sessions() as session:
        root = futian.log.root(session, head)
    take(hub, beacon(futian, root=root))
    assert kept(soon) == {1, 2}
    assert kept(LATER) == {2}


def test_a_batch_that_comes_again_is_confirmed_again_and_changes_nothing(hub: Side, futian: Side) -> None:
    futian.announce(4)
    first, second = cut(futian, 2, 2)
    for piece in (first, first, second, first, second):
        answer = take_batch(hub, futian, piece)
        assert answer.verdict is Verdict.APPLIED
    assert len(hub.applied()) == 4
    assert hub.has_read(futian.head())


def test_of_a_batch_that_overlaps_only_the_new_part_is_applied(hub: Side, futian: Side) -> None:
    futian.announce(5)
    take_batch(hub, futian, cut(futian, 3)[0])
    take_batch(hub, futian, cut(futian, 5)[0])
    assert [sequence for _, sequence, _ in hub.applied()] == [1, 2, 3, 4, 5]
    assert [(row.first, row.last) for row in hub.rows(ReceivedBatch)] == [(1, 3), (4, 5)]


def test_of_batches_that_arrived_together_only_the_new_part_is_applied(hub: Side, futian: Side) -> None:
    futian.announce(9)
    first, second, third = cut(futian, 4, 2, 3)
    take_batch(hub, futian, cut(futian, 3)[0])
    assert take_run(hub, futian, first, second, third) == [0, 1, 2]
    assert [sequence for _, sequence, _ in hub.applied()] == list(range(1, 10))
    assert [(row.first, row.last) for row in hub.rows(ReceivedBatch)] == [(1, 3), (4, 4), (5, 6), (7, 9)]
    assert hub.has_read(futian.head())


def test_a_batch_that_holds_another_place_than_it_says_ends_those_that_are_taken_together(hub: Side, futian: Side) -> None:
    futian.announce(6)
    first, second, third = cut(futian, 2, 2, 2)
    lines = third.lines
    moved = replace(second, lines=lines, hashes=batch.chain_all(second.prev, lines))
    assert take_run(hub, futian, first, moved, second) == [0]
    assert take_run(hub, futian, moved, second) == [0]
    assert [row.code for row in hub.rows(QuarantinedMessage)] == ["undecodable"]
    assert take_run(hub, futian, second, third) == [0, 1]
    assert hub.has_read(futian.head())


def test_a_hole_is_reported_and_nothing_behind_it_is_taken(hub: Side, futian: Side) -> None:
    futian.announce(6)
    first, lost, third = cut(futian, 2, 2, 2)
    take_batch(hub, futian, first)
    answer = take_batch(hub, futian, third)
    assert (answer.verdict, answer.sequence) == (Verdict.GAP, 2)
    assert len(hub.applied()) == 2
    take_batch(hub, futian, lost)
    take_batch(hub, futian, third)
    assert hub.has_read(futian.head())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(st.data())
def test_any_pieces_in_any_order_applied_once(ring: Ring, data: st.DataObject) -> None:
    """In memory, with a new pair each time: pieces overlap, come doubled and shuffled, then all of them in order once."""
    futian = open_side("sqlite://", "futian", ring=ring, writes=[UP])
    hub = open_side("sqlite://", streams.HUB, ring=ring, reads=[UP])
    futian.announce(8)
    whole = cut(futian, 8)[0]
    spans = st.tuples(st.integers(1, 8), st.integers(1, 8)).map(sorted)
    for first, last in data.draw(st.lists(spans, max_size=8)):
        rest = whole.after(first - 1)
        size = last - first + 1
        take_batch(
            hub,
            futian,
            Batch(stream=UP, epoch=1, first=first, prev=rest.prev, lines=rest.lines[:size], hashes=rest.hashes[:size]),
        )
        assert [sequence for _, sequence, _ in hub.applied()] == list(range(1, hub.cursor(UP)[1] + 1))
    take_batch(hub, futian, whole)
    assert hub.has_read(futian.head())
    assert len(hub.applied()) == 8


def test_another_history_at_a_known_place_is_a_fork(hub: Side, futian: Side, ring: Ring) -> None:
    futian.announce(3)
    take_batch(hub, futian, cut(futian, 3)[0])
    twin = open_side("sqlite://", "futian", ring=ring, key=futian.key, writes=[UP])
    twin.announce(5, activity="something else")
    for piece in (*cut(twin, 3, 2), cut(twin, 5)[0]):
        answer = take_batch(hub, twin, piece)
        assert (answer.verdict, answer.sequence) == (Verdict.FORK, 3)
    assert len(hub.applied()) == 3
    assert hub.has_read(futian.head())


def test_a_beacon_shows_another_history_too(hub: Side, futian: Side) -> None:
    futian.announce(3)
    take_batch(hub, futian, cut(futian, 3)[0])
    answer = take(hub, beacon(futian, hash="00" * 32))
    assert answer is not None
    assert answer.verdict is Verdict.FORK


def test_an_older_epoch_is_stale(hub: Side, futian: Side) -> None:
    futian.announce(2)
    piece = cut(futian, 2)[0]
    begin = batch.genesis(UP, 2)
    newer = Batch(stream=UP, epoch=2, first=1, prev=begin, lines=piece.lines, hashes=batch.chain_all(begin, piece.lines))
    assert take_batch(hub, futian, newer).verdict is Verdict.APPLIED
    answer = take_batch(hub, futian, piece)
    assert (answer.verdict, answer.epoch, answer.sequence) == (Verdict.STALE, 2, 2)
    stale = take(hub, beacon(futian))
    assert stale is not None
    assert stale.verdict is Verdict.STALE


def test_a_newer_epoch_is_taken_from_its_beginning_only(hub: Side, futian: Side) -> None:
    futian.announce(4)
    begin = batch.genesis(UP, 2)
    lines = cut(futian, 4)[0].lines
    newer = Batch(stream=UP, epoch=2, first=1, prev=begin, lines=lines, hashes=batch.chain_all(begin, lines))
    assert take_batch(hub, futian, newer.after(2)).verdict is Verdict.GAP
    assert take_batch(hub, futian, newer).verdict is Verdict.APPLIED


def test_nothing_is_taken_from_behind_the_fence(hub: Side, futian: Side) -> None:
    futian.announce(2)
    with hub.sessions.begin() as session:
        session.execute(update(StreamCursor).values(fence=1))
    answer = take_batch(hub, futian, cut(futian, 2)[0])
    assert (answer.verdict, answer.fence) == (Verdict.STALE, 1)
    assert hub.applied() == []


def test_a_beacon_is_answered_with_what_it_said_was_sent(hub: Side, futian: Side) -> None:
    futian.announce(4)
    take_batch(hub, futian, cut(futian, 2)[0])
    answer = take(hub, beacon(futian, sent=4))
    assert answer is not None
    assert (answer.sequence, answer.sent, answer.verdict) == (2, 4, Verdict.APPLIED)
    row = cursor_row(hub)
    assert (row.head_sequence, row.sequence) == (4, 2)


def test_a_reader_says_up_to_when_it_has_everything(hub: Side, futian: Side) -> None:
    futian.announce(4)
    first, second = cut(futian, 2, 2)
    take(hub, beacon(futian))
    assert cursor_row(hub).as_of is None
    take_batch(hub, futian, first)
    assert cursor_row(hub).as_of is None
    take_batch(hub, futian, second)
    committed = cursor_row(hub).as_of
    assert committed is not None
    take(hub, beacon(futian))
    assert cursor_row(hub).as_of == LATER


def test_the_answer_to_a_batch_is_heard_by_its_writer(hub: Side, futian: Side) -> None:
    futian.announce(2)
    answer = take_batch(hub, futian, cut(futian, 2)[0])
    take(futian, seal_position(answer, hub.key))
    assert futian.head().peer_sequence == 2


def test_a_reader_that_starts_reports_every_stream_that_it_follows(hub: Side, futian: Side) -> None:
    futian.announce(2)
    take_batch(hub, futian, cut(futian, 2)[0])
    with hub.sessions() as session:
        report = hub.inbox.positions(session)
    assert [(said.stream, said.sequence, said.verdict) for said in report] == [(UP, 2, Verdict.GAP)]


def test_a_stranger_s_batch_is_quarantined_and_moves_nothing(hub: Side, futian: Side) -> None:
    futian.announce(2)
    forged = seal_batch(batch.pack(cut(futian, 2)[0]), signing.generate_key())
    assert take(hub, forged) is None
    assert [row.code for row in hub.rows(QuarantinedMessage)] == ["unknown_key"]
    assert hub.cursor(UP)[:2] == (0, 0)


def test_a_stream_that_is_not_followed_is_quarantined(hub: Side, ring: Ring) -> None:
    luohu = open_side("sqlite://", "luohu", ring=ring, writes=["luohu/up"])
    with luohu.sessions.begin() as session:
        luohu.log.open_stream(session, "luohu/up")
    head = luohu.head()
    lit = Beacon(stream="luohu/up", epoch=1, sequence=0, hash=head.hash.hex(), sent=0, lit_at=LATER)
    assert take(hub, seal_beacon(lit, luohu.key)) is None
    assert [row.code for row in hub.rows(QuarantinedMessage)] == ["undecodable"]


def test_events_that_are_not_at_their_place_are_refused_whole(hub: Side, futian: Side) -> None:
    futian.announce(3)
    piece = cut(futian, 3)[0]
    begin = batch.genesis(UP, 1)
    lines = [piece.lines[1], piece.lines[0], piece.lines[2]]
    swapped = Batch(stream=UP, epoch=1, first=1, prev=begin, lines=lines, hashes=batch.chain_all(begin, lines))
    assert take(hub, seal_batch(batch.pack(swapped), futian.key)) is None
    assert hub.applied() == []
    assert [row.code for row in hub.rows(QuarantinedMessage)] == ["undecodable"]


def test_a_body_that_speaks_of_another_stream_than_its_header_is_refused(hub: Side, futian: Side) -> None:
    head = futian.head()
    other = Beacon(stream="luohu/up", epoch=1, sequence=0, hash=head.hash.hex(), sent=0, lit_at=LATER)
    raw = seal_beacon(other, futian.key)
    body = raw.partition(b"\n")[2]
    claims = message.StreamClaims(typ=message.BEACON, v=message.PROTOCOL_VERSION, stream=UP)
    assert take(hub, message.seal(body, claims, futian.key)) is None
    assert [row.code for row in hub.rows(QuarantinedMessage)] == ["undecodable"]


def test_a_beacon_whose_moment_has_no_offset_is_refused(hub: Side, futian: Side) -> None:
    said = Beacon(stream=UP, epoch=1, sequence=0, hash="", sent=0, lit_at=AT.replace(tzinfo=None))
    assert take(hub, seal_beacon(said, futian.key)) is None
    assert [row.code for row in hub.rows(QuarantinedMessage)] == ["undecodable"]
