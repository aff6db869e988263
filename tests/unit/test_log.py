"""Does every committed fact get the next place in its stream, and only those?"""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from sync import streams
from sync.contracts.hours import HOURS_CERTIFIED
from sync.errors import TooLarge
from sync.mailbox.announcing import announcement
from sync.mailbox.digest import Record
from sync.messages import batch, envelope
from sync.messages.beacon import Position, Verdict
from sync.messages.envelope import Event
from tests.support.sides import AT, Ring, Side, WrittenBatch, announce, open_side, state

UP = streams.up("futian")


@pytest.fixture
def side(database_url: str, ring: Ring) -> Iterator[Side]:
    with closing(open_side(database_url, "futian", ring=ring, writes=[UP])) as side:
        yield side


def written(side: Side) -> list[Event]:
    """Every event in the log, in its order."""
    batches = sorted(side.rows(WrittenBatch), key=lambda row: (row.epoch, row.last))
    return [envelope.decode(line) for row in batches for line in batch.unpack_lines(row.body)]


def keys(side: Side) -> list[str]:
    return [event.subject for event in written(side)]


def give_back(side: Side, key: str) -> None:
    with side.sessions.begin() as session:
        side.log.append(session, UP, [announcement(type=HOURS_CERTIFIED, key=key, version=1, data=state(key))], repeated=True)


def hear(side: Side, **said: Any) -> None:
    with side.sessions.begin() as session:
        known = side.log.hashes(session, UP, epoch=1, sequences=[said["sequence"]])
        hash_ = known.get(said["sequence"], b"").hex()
        position = {"stream": UP, "epoch": 1, "hash": hash_, "verdict": Verdict.APPLIED, **said}
        side.log.hear(session, Position(**position))


def test_the_stream_holds_a_transaction_s_facts_in_the_order_of_their_announcement(side: Side) -> None:
    side.announce(3)
    side.announce(2, first=4)
    assert keys(side) == ["e1", "e2", "e3", "e4", "e5"]
    assert side.head().sequence == 5


def test_the_chain_leads_from_the_beginning_to_the_head(side: Side) -> None:
    side.announce(3)
    with side.sessions() as session:
        everything = side.log.read(session, UP, epoch=1, after=0)
    assert everything is not None
    lines = batch.unpack_lines(everything.body)
    assert batch.chain_all(batch.genesis(UP, 1), lines)[-1] == side.head().hash == everything.hash
    assert [envelope.decode(line).sequence for line in lines] == [1, 2, 3]


def test_a_transaction_that_fails_leaves_no_trace_in_the_stream(side: Side) -> None:
    def fail(session: Session) -> None:
        announce(side.log, session, UP, "undone")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), side.sessions.begin() as session:
        fail(session)
    side.announce(1)
    assert keys(side) == ["e1"]


def test_a_savepoint_that_is_undone_takes_its_announcements_along(side: Side) -> None:
    with side.sessions.begin() as session:
        announce(side.log, session, UP, "before")
        with session.begin_nested() as undone:
            announce(side.log, session, UP, "inside")
            with session.begin_nested():
                announce(side.log, session, UP, "further inside")
            undone.rollback()
        with session.begin_nested():
            announce(side.log, session, UP, "kept")
            with session.begin_nested() as inner:
                announce(side.log, session, UP, "inner")
                inner.rollback()
        announce(side.log, session, UP, "after")
    assert keys(side) == ["before", "kept", "after"]


def test_a_session_that_was_rolled_back_starts_clean(side: Side) -> None:
    with side.sessions() as session:
        announce(side.log, session, UP, "undone")
        session.rollback()
        announce(side.log, session, UP, "kept")
        session.commit()
    assert keys(side) == ["kept"]


@pytest.mark.parametrize("writers", [8])
def test_concurrent_writers_leave_no_hole_and_no_number_twice(side: Side, writers: int) -> None:
    together = threading.Barrier(writers)

    def write(writer: int) -> None:
        together.wait()
        for number in range(12):
            with side.sessions() as session:
                announce(side.log, session, UP, f"w{writer}-{number}")
                announce(side.log, session, UP, f"w{writer}-{number}-again")
                # Every third one changes its mind.
                session.rollback() if number % 3 == 2 else session.commit()

    with ThreadPoolExecutor(writers) as pool:
        list(pool.map(write, range(writers)))
    assert [event.sequence for event in written(side)] == list(range(1, writers * 8 * 2 + 1))
    previous = batch.genesis(UP, 1)
    for row in sorted(side.rows(WrittenBatch), key=lambda row: row.last):
        previous = batch.chain_all(previous, batch.unpack_lines(row.body))[-1]
        assert row.hash == previous
    assert side.head().hash == previous


def test_a_reader_that_follows_sees_each_event_once_while_others_write(side: Side) -> None:
    """What becomes visible later never stands before what was visible earlier."""
    done = threading.Event()

    def write(writer: int) -> None:
        for number in range(25):
            with side.sessions.begin() as session:
                announce(side.log, session, UP, f"w{writer}-{number}")

    def follow() -> list[str]:
        seen: list[str] = []
        while True:
            last_look = done.is_set()
            with side.sessions() as session:
                piece = side.log.read(session, UP, epoch=1, after=len(seen))
            if piece is not None:
                seen += [envelope.decode(line).subject for line in batch.unpack_lines(piece.body)]
            elif last_look:
                return seen

    with ThreadPoolExecutor(5) as pool:
        following = pool.submit(follow)
        list(pool.map(write, range(4)))
        done.set()
        seen = following.result()
    assert seen == keys(side)
    assert len(set(seen)) == 100


def test_streams_count_each_for_itself(database_url: str, ring: Ring) -> None:
    with closing(open_side(database_url, "hub", ring=ring, writes=["futian/down", "luohu/down"])) as side:
        with side.sessions.begin() as session:
            for stream in ("luohu/down", "futian/down", "luohu/down"):
                announce(side.log, session, stream, "e1")
        assert {name: head.sequence for name, head in side.heads().items()} == {"futian/down": 1, "luohu/down": 2}


def test_opening_a_stream_again_changes_nothing(side: Side) -> None:
    side.announce(2)
    with side.sessions.begin() as session:
        side.log.open_stream(session, UP)
    assert side.head().sequence == 2


def test_batches_are_cut_by_number_and_by_size(side: Side) -> None:
    side.announce(1_200)
    side.announce(3, first=1_201, activity="x" * 450_000)
    with side.sessions() as session:
        sizes, after = [], 0
        while (piece := side.log.read(session, UP, epoch=1, after=after)) is not None:
            sizes.append(piece.count)
            after = piece.last
    assert sizes == [1_000, 201, 1, 1]


@pytest.mark.parametrize(
    ("commits", "sent"),
    [
        ([1, 248], [249]),
        ([249, 249, 249, 249, 249], [996, 249]),
        ([1, 250, 1], [1, 250, 1]),
        ([250, 250], [250, 250]),
        ([3, 1_000, 3], [3, 1_000, 3]),
    ],
)
def test_small_batches_go_together_and_large_ones_as_they_are(side: Side, commits: list[int], sent: list[int]) -> None:
    total = 0
    for count in commits:
        side.announce(count, first=total + 1)
        total += count
    with side.sessions() as session:
        counts, after = [], 0
        while (piece := side.log.read(session, UP, epoch=1, after=after)) is not None:
            batch.unpack(piece)
            counts.append(piece.count)
            after = piece.last
    assert counts == sent


@pytest.mark.parametrize("after", [0, 1, 2, 4, 5, 299, 304])
def test_a_reader_may_stand_anywhere_in_a_batch(side: Side, after: int) -> None:
    for first, count in ((1, 1), (2, 3), (5, 1), (6, 300)):
        side.announce(count, first=first)
    with side.sessions() as session:
        piece = side.log.read(session, UP, epoch=1, after=after)
        before = side.log.hashes(session, UP, epoch=1, sequences=[after])
    assert piece is not None
    assert piece.prev == before[after]
    assert envelope.decode(batch.unpack(piece).lines[0]).sequence == after + 1


@pytest.mark.parametrize("after", [4, 1_000, 2**63 - 1])
def test_behind_the_head_there_is_nothing(side: Side, after: int) -> None:
    side.announce(3)
    with side.sessions() as session:
        assert side.log.read(session, UP, epoch=1, after=after) is None


def test_what_was_given_back_was_changed_by_nobody_until_somebody_does(side: Side) -> None:
    side.announce(1, first=1)
    give_back(side, "e2")
    give_back(side, "e3")
    side.announce(2, first=3)
    records = [Record("hours", f"e{number}") for number in range(1, 6)]
    with side.sessions() as session:
        held = side.digest.held(session, UP, records)
        since = {after: side.log.written_since(session, UP, held, epoch=1, after=after) for after in (0, 1, 4, 5)}
        of_another_epoch = side.log.written_since(session, UP, held, epoch=2, after=0)
    written = {after: {record.key for record in found} for after, found in since.items()}
    assert written == {0: {"e1", "e3", "e4"}, 1: {"e3", "e4"}, 4: {"e4"}, 5: set()}
    assert of_another_epoch == set()


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (["k5", "k6", "k7"], []),
        (["k0", "k6"], []),
        (["k6", "k2", "k4"], ["k2", "k4"]),
        (["k3", "k0"], ["k3"]),
        (["k1", "k2", "k3", "k4"], ["k1", "k2", "k3", "k4"]),
    ],
)
def test_what_is_held_is_found_wherever_the_keys_sort(side: Side, wanted: list[str], found: list[str]) -> None:
    with side.sessions.begin() as session:
        for number in range(1, 5):
            announce(side.log, session, UP, f"k{number}")
    with side.sessions() as session:
        held = side.digest.held(session, UP, [Record("hours", key) for key in wanted])
        others = side.digest.held(session, UP, [Record("registration", key) for key in wanted])
    assert sorted(record.key for record in held) == found
    assert others == {}


def test_an_event_that_no_message_could_carry_is_refused_before_it_is_written(side: Side) -> None:
    with pytest.raises(TooLarge), side.sessions.begin() as session:
        announce(side.log, session, UP, "e1", activity="x" * batch.MAX_EVENT_BYTES)
    assert side.head().sequence == 0


def test_the_reader_s_position_moves_forward_only(side: Side) -> None:
    side.announce(10)
    hear(side, sequence=6)
    hear(side, sequence=4)
    assert (side.head().peer_sequence, side.head().rewinds) == (6, 0)


def test_a_reader_that_lacks_what_was_sent_makes_the_writer_go_back(side: Side) -> None:
    side.announce(10)
    hear(side, sequence=6)
    hear(side, sequence=4, sent=9)
    assert (side.head().peer_sequence, side.head().rewinds) == (4, 1)


def test_a_reader_in_an_older_epoch_has_nothing_of_this_one(side: Side) -> None:
    side.announce(10)
    hear(side, sequence=8, epoch=0, sent=3)
    assert (side.head().peer_sequence, side.head().rewinds) == (0, 1)


def test_a_reader_that_holds_more_than_was_written_follows_another_history(side: Side) -> None:
    side.announce(3)
    hear(side, sequence=4, hash="00")
    assert (side.head().peer_sequence, side.head().peer_verdict) == (0, Verdict.FORK)


def test_a_reader_whose_hash_is_another_follows_another_history(side: Side) -> None:
    side.announce(3)
    hear(side, sequence=2, hash="00")
    assert (side.head().peer_sequence, side.head().peer_verdict) == (0, Verdict.FORK)


def test_a_fork_that_a_clone_of_this_side_caused_does_not_stop_it(side: Side) -> None:
    side.announce(3)
    hear(side, sequence=2, verdict=Verdict.FORK)
    assert (side.head().peer_sequence, side.head().peer_verdict) == (2, Verdict.APPLIED)


def test_a_position_in_a_stream_that_is_not_written_here_is_ignored(side: Side) -> None:
    hear(side, stream="luohu/up", sequence=4)
    assert list(side.heads()) == [UP]


def test_an_old_epoch_that_repeats_itself_gives_way_to_a_snapshot(side: Side) -> None:
    for activity in ("visit", "visit at home"):
        side.announce(4, activity=activity)
    with side.sessions.begin() as session:
        side.log.forget(session, before=datetime.now(UTC) + timedelta(days=1))
    head = side.head()
    assert (head.epoch, head.sequence) == (2, 4)
    assert {(event.recordepoch, event.subject) for event in written(side)} == {(2, f"e{number}") for number in range(1, 5)}


@pytest.mark.parametrize("before", [timedelta(days=-1), timedelta(days=1)])
def test_an_epoch_goes_on_while_it_is_young_or_says_everything_once(side: Side, before: timedelta) -> None:
    side.announce(4)
    if before < timedelta(0):
        side.announce(4, activity="visit at home")
    head = side.head()
    with side.sessions.begin() as session:
        side.log.forget(session, before=datetime.now(UTC) + before)
    assert side.head() == head
    assert len(written(side)) == head.sequence


def test_events_carry_their_place_and_time(side: Side) -> None:
    with side.sessions.begin() as session:
        announce(side.log, session, UP, "e1", version=7)
    [event] = written(side)
    assert (event.sequence, event.recordepoch, event.recordversion) == (1, 1, 7)
    assert event.source == "/districts/futian"
    assert event.time > AT
