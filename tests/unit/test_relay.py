"""Does a writer send what its reader lacks, no less and not much more?"""

from collections import Counter

import pytest

from sync import streams
from sync.errors import BusUnavailable
from sync.mailbox.asking import Question, WhereParted, open_question
from sync.messages import message
from sync.messages.batch import open_batch
from sync.messages.beacon import Beacon, Position, Verdict, open_beacon
from sync.messages.signing import Signer
from sync.running.relay import (
    BATCHES_AT_ONCE,
    BEACON_PAUSE_SECONDS,
    GATHER_PER_SECOND,
    GATHER_SECONDS,
    QUESTION_PAUSE_SECONDS,
    WINDOW_BATCHES,
    Relay,
)
from sync.testing import BadWeather
from tests.support.sides import AT, Side

UP = streams.up("futian")
BEACON_SECONDS = 30.0


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def weather() -> BadWeather:
    return BadWeather()


@pytest.fixture
def relay(futian: Side, weather: BadWeather, clock: Clock) -> Relay:
    return start(futian, weather, clock)


def start(side: Side, weather: BadWeather, clock: Clock) -> Relay:
    return Relay(
        sessions=side.sessions,
        log=side.log,
        recovery=side.recovery,
        bus=weather.bus(side.party),
        signer=Signer(side.key),
        beacon_seconds=BEACON_SECONDS,
        now=lambda: AT,
        clock=clock,
    )


def run(relay: Relay) -> None:
    while relay.step():
        pass


def spans(weather: BadWeather) -> list[tuple[int, int]]:
    """First and last of each batch that waits for the hub."""
    batches = [open_batch(signed) for signed in map(message.take_apart, weather.waiting("hub")) if _is(signed, message.BATCH)]
    return [(batch.first, batch.last) for batch in batches]


def beacons(weather: BadWeather) -> list[Beacon]:
    return [open_beacon(signed) for signed in map(message.take_apart, weather.waiting("hub")) if _is(signed, message.BEACON)]


def questions(weather: BadWeather) -> list[Question]:
    return [
        open_question(signed) for signed in map(message.take_apart, weather.waiting("hub")) if _is(signed, message.QUESTION)
    ]


def _is(signed: message.Signed, typ: str) -> bool:
    return signed.claims.typ == typ


def hear(side: Side, sequence: int, *, verdict: Verdict = Verdict.APPLIED, sent: int | None = None) -> None:
    with side.sessions.begin() as session:
        hash_ = side.log.hashes(session, UP, epoch=1, sequences=[sequence])[sequence].hex()
        side.log.hear(session, Position(stream=UP, epoch=1, sequence=sequence, hash=hash_, verdict=verdict, sent=sent))


def part(side: Side) -> None:
    """Lets its reader follow another history, at the third event."""
    side.announce(3)
    with side.sessions.begin() as session:
        side.recovery.hear(session, Position(stream=UP, epoch=1, sequence=3, hash="00", verdict=Verdict.APPLIED))


def test_what_is_committed_is_sent_once(futian: Side, relay: Relay, weather: BadWeather) -> None:
    futian.announce(3)
    run(relay)
    futian.announce(2, first=4)
    run(relay)
    assert spans(weather) == [(1, 3), (4, 5)]


def test_a_backlog_goes_in_full_batches(futian: Side, relay: Relay, weather: BadWeather) -> None:
    futian.announce(2_500)
    run(relay)
    assert spans(weather) == [(1, 1_000), (1_001, 2_000), (2_001, 2_500)]


@pytest.mark.parametrize(
    ("events", "seconds"), [(1, 1 / GATHER_PER_SECOND), (200, 200 / GATHER_PER_SECOND), (900, GATHER_SECONDS)]
)
def test_the_more_was_sent_the_longer_others_may_gather(futian: Side, relay: Relay, events: int, seconds: float) -> None:
    futian.announce(events)
    assert relay.step()
    assert relay.seconds_to_gather() == seconds


def test_a_backlog_does_not_wait_for_others_to_gather(futian: Side, relay: Relay) -> None:
    futian.announce(5_500)
    pauses = []
    while relay.step():
        pauses.append(relay.seconds_to_gather())
    assert pauses == [0, GATHER_SECONDS]


def test_no_more_than_a_window_is_sent_ahead_of_the_answers(futian: Side, relay: Relay, weather: BadWeather) -> None:
    for number in range(WINDOW_BATCHES + 5):
        futian.announce(1, first=number)
        run(relay)
    assert len(spans(weather)) == WINDOW_BATCHES
    hear(futian, 10)
    run(relay)
    assert spans(weather)[-1] == (WINDOW_BATCHES + 1, WINDOW_BATCHES + 5)


def test_a_beacon_is_lit_at_start_and_at_intervals(futian: Side, relay: Relay, weather: BadWeather, clock: Clock) -> None:
    futian.announce(2)
    run(relay)
    clock.seconds += BEACON_SECONDS - 1
    run(relay)
    assert len(beacons(weather)) == 1
    clock.seconds += 1
    run(relay)
    first, second = beacons(weather)
    assert (first.sequence, first.sent, first.hash) == (2, 0, futian.head().hash.hex())
    assert (second.sequence, second.sent, second.lit_at) == (2, 2, AT)
    assert relay.seconds_to_beacon() == BEACON_SECONDS


def test_a_reported_hole_is_answered_with_one_beacon_and_nothing_else(
    futian: Side, relay: Relay, weather: BadWeather, clock: Clock
) -> None:
    futian.announce(3)
    run(relay)
    weather.waiting("hub").clear()
    clock.seconds += BEACON_PAUSE_SECONDS
    futian.announce(3, first=4)
    for _ in range(4):
        hear(futian, 1, verdict=Verdict.GAP)
        run(relay)
    assert (len(beacons(weather)), spans(weather)) == (1, [])
    assert relay.seconds_to_beacon() <= BEACON_PAUSE_SECONDS


def test_after_the_answer_to_a_beacon_it_goes_back_to_where_the_reader_is(
    futian: Side, relay: Relay, weather: BadWeather
) -> None:
    futian.announce(3)
    run(relay)
    futian.announce(3, first=4)
    run(relay)
    weather.waiting("hub").clear()
    hear(futian, 3, verdict=Verdict.GAP)
    hear(futian, 3, sent=6)
    run(relay)
    assert spans(weather) == [(4, 6)]


def test_a_reader_that_follows_another_history_is_asked_where_they_part(
    futian: Side, relay: Relay, weather: BadWeather, clock: Clock
) -> None:
    part(futian)
    run(relay)
    asked = questions(weather)
    assert [set(question.hashes) for question in asked if isinstance(question, WhereParted)] == [{0, 1, 2, 3}]
    assert spans(weather) == []
    clock.seconds += QUESTION_PAUSE_SECONDS
    run(relay)
    assert questions(weather) == asked * 2


def test_a_question_that_the_bus_did_not_take_is_asked_when_the_bus_is_back(
    futian: Side, relay: Relay, weather: BadWeather, clock: Clock
) -> None:
    part(futian)
    run(relay)
    asked = questions(weather)
    clock.seconds += QUESTION_PAUSE_SECONDS
    weather.down = True
    with pytest.raises(BusUnavailable):
        relay.step()
    weather.down = False
    run(relay)
    assert questions(weather) == asked * 2


def test_a_relay_that_starts_anew_goes_on_behind_what_its_reader_has(
    futian: Side, relay: Relay, weather: BadWeather, clock: Clock
) -> None:
    futian.announce(5)
    run(relay)
    hear(futian, 2)
    weather.waiting("hub").clear()
    run(start(futian, weather, clock))
    assert spans(weather) == [(3, 5)]


def test_a_reader_that_is_further_than_was_thought_is_not_sent_it_again(
    futian: Side, relay: Relay, weather: BadWeather
) -> None:
    futian.announce(1)
    run(relay)
    hear(futian, 1)
    futian.announce(4, first=2)
    hear(futian, 3)
    run(relay)
    assert spans(weather) == [(1, 1), (4, 5)]


def test_what_an_absent_bus_did_not_take_is_sent_when_it_is_back(futian: Side, relay: Relay, weather: BadWeather) -> None:
    futian.announce(3)
    weather.down = True
    for _ in range(3):
        with pytest.raises(BusUnavailable):
            relay.step()
    weather.down = False
    run(relay)
    assert (spans(weather), len(beacons(weather))) == ([(1, 3)], 1)


def test_streams_are_served_in_turn(hub: Side, weather: BadWeather, clock: Clock) -> None:
    with hub.sessions.begin() as session:
        for stream in ("futian/down", "luohu/down"):
            hub.log.open_stream(session, stream)
    hub.announce(6_000, stream="futian/down")
    hub.announce(6_000, stream="luohu/down")
    relay = start(hub, weather, clock)
    assert relay.step()
    sent = Counter({party: len(weather.waiting(party)) for party in ("futian", "luohu")})
    # A beacon, and as many batches of each as of the other.
    assert sent == {"futian": 1 + BATCHES_AT_ONCE, "luohu": 1 + BATCHES_AT_ONCE}
