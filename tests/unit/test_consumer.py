"""Does a message end only when its effect is committed?"""

from datetime import datetime

import pytest
from joserfc.jwk import OKPKey
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from sync import streams
from sync.errors import BusUnavailable
from sync.mailbox.inbox import KeysIn
from sync.messages import message
from sync.messages.beacon import Verdict, open_position
from sync.messages.signing import KeyRing, Signer
from sync.running.consumer import MAX_ATTEMPTS, Consumer
from sync.running.relay import Relay
from sync.testing import BadWeather
from tests.support.sides import POISON, ParkedRecord, QuarantinedMessage, Side

UP = streams.up("futian")


class Hopeless:
    """A ring of keys that a programming error made useless."""

    def public_key(self, *, sender: str, key_id: str, at: datetime) -> OKPKey | None:
        raise RuntimeError("a fault in the program")


class Unlucky:
    """A ring of keys that fails at the `fails`-th look after the first, and never again."""

    def __init__(self, ring: KeyRing, *, fails: int) -> None:
        self._ring = ring
        self._fails = fails

    def public_key(self, *, sender: str, key_id: str, at: datetime) -> OKPKey | None:
        self._fails -= 1
        if self._fails == -1:
            raise RuntimeError("a fault in the program")
        return self._ring.public_key(sender=sender, key_id=key_id, at=at)


@pytest.fixture
def weather() -> BadWeather:
    return BadWeather()


@pytest.fixture
def relay(futian: Side, weather: BadWeather) -> Relay:
    return Relay(
        sessions=futian.sessions,
        log=futian.log,
        recovery=futian.recovery,
        bus=weather.bus("futian"),
        signer=Signer(futian.key),
        beacon_seconds=60,
    )


@pytest.fixture
def waiting(futian: Side, weather: BadWeather, relay: Relay) -> list[bytes]:
    """A beacon and a batch of three events, which wait for the hub."""
    futian.announce(3)
    relay.step()
    return weather.waiting("hub")


def consumer(side: Side, weather: BadWeather, keys: KeysIn | None = None) -> Consumer:
    return Consumer(
        party=side.party,
        sessions=side.sessions,
        inbox=side.inbox,
        bus=weather.bus(side.party),
        keys=keys or side.keys_in,
        signer=Signer(side.key),
    )


def answers(weather: BadWeather) -> list[tuple[Verdict, int, int | None]]:
    said = [open_position(message.take_apart(raw)) for raw in weather.waiting("futian")]
    return [(position.verdict, position.sequence, position.sent) for position in said]


def rename(side: Side, table: str, to: str) -> None:
    with side.sessions.begin() as session:
        session.execute(text(f"ALTER TABLE {table} RENAME TO {to}"))


def test_what_arrives_is_applied_and_answered(hub: Side, futian: Side, weather: BadWeather, waiting: list[bytes]) -> None:
    taking = consumer(hub, weather)
    while taking.step(seconds=0):
        pass
    assert waiting == []
    assert hub.has_read(futian.head())
    # Its report at the start, the answer to the beacon, the answer to the batch.
    assert answers(weather) == [(Verdict.GAP, 0, None), (Verdict.APPLIED, 0, 0), (Verdict.APPLIED, 3, None)]


def test_batches_that_have_arrived_are_taken_as_one_and_answered_once(
    hub: Side, futian: Side, weather: BadWeather, relay: Relay, waiting: list[bytes]
) -> None:
    for first in (4, 6, 8):
        futian.announce(2, first=first)
        relay.step()
    noise = b"not a message"
    waiting.insert(3, noise)
    taking = consumer(hub, weather)
    while taking.step(seconds=0):
        pass
    assert waiting == []
    assert len(hub.applied()) == 9
    assert hub.has_read(futian.head())
    # The noise is behind the second of the four batches.
    applied = [sequence for verdict, sequence, sent in answers(weather) if verdict is Verdict.APPLIED and sent is None]
    assert applied == [5, 9]


def test_what_failed_together_is_tried_one_by_one(
    hub: Side, futian: Side, weather: BadWeather, relay: Relay, waiting: list[bytes]
) -> None:
    futian.announce(2, first=4)
    relay.step()
    unlucky = Unlucky(hub.keys, fails=1)
    taking = consumer(hub, weather, lambda _session: unlucky)
    assert taking.step(seconds=0)
    with pytest.raises(RuntimeError):
        taking.step(seconds=0)
    assert taking.step(seconds=0)
    assert hub.cursor(UP)[1] == 3
    assert taking.step(seconds=0)
    assert hub.has_read(futian.head())
    assert waiting == []


def test_what_cannot_be_applied_is_parked_and_all_that_arrived_with_it_is_taken_at_once(
    hub: Side, futian: Side, weather: BadWeather, relay: Relay, waiting: list[bytes]
) -> None:
    hub.refuse_poison(refuse=True)
    futian.announce(1, first=4, activity=POISON)
    relay.step()
    futian.announce(2, first=5)
    relay.step()
    taking = consumer(hub, weather)
    for _ in range(2):
        assert taking.step(seconds=0)
    assert waiting == []
    assert [key for _, _, key in hub.applied()] == ["e1", "e2", "e3", "e5", "e6"]
    assert [row.record_key for row in hub.rows(ParkedRecord)] == ["e4"]
    assert hub.has_read(futian.head())
    hub.refuse_poison(refuse=False)
    with hub.sessions.begin() as session:
        assert hub.applier.retry(session, UP) == 1
    assert [key for _, _, key in hub.applied()] == ["e1", "e2", "e3", "e5", "e6", "e4"]


def test_a_message_stays_while_the_database_is_away(hub: Side, futian: Side, weather: BadWeather, waiting: list[bytes]) -> None:
    taking = consumer(hub, weather)
    assert taking.step(seconds=0)
    rename(hub, "stream_cursor", "lost")
    for _ in range(MAX_ATTEMPTS + 2):
        with pytest.raises(OperationalError):
            taking.step(seconds=0)
    assert len(waiting) == 1
    rename(hub, "lost", "stream_cursor")
    assert taking.step(seconds=0)
    assert waiting == []
    assert len(hub.applied()) == 3
    assert hub.has_read(futian.head())


def test_a_message_that_a_fault_in_the_program_refuses_does_not_stop_the_others(
    hub: Side, weather: BadWeather, waiting: list[bytes]
) -> None:
    first = len(waiting)
    taking = consumer(hub, weather, lambda _session: Hopeless())
    for _ in range(MAX_ATTEMPTS - 1):
        with pytest.raises(RuntimeError):
            taking.step(seconds=0)
        assert len(waiting) == first
    assert taking.step(seconds=0)
    assert len(waiting) == first - 1
    assert hub.cursor(UP)[1] == 0


def test_noise_is_taken_off_the_bus_and_kept_in_quarantine(hub: Side, weather: BadWeather) -> None:
    weather.waiting("hub").extend([b"", b"\xff" * 50, b"a.b.c\nd"])
    taking = consumer(hub, weather)
    while taking.step(seconds=0):
        pass
    assert weather.waiting("hub") == []
    assert hub.count(QuarantinedMessage) == 3


@pytest.mark.usefixtures("waiting")
def test_an_absent_bus_is_reported_and_work_goes_on_when_it_is_back(hub: Side, futian: Side, weather: BadWeather) -> None:
    taking = consumer(hub, weather)
    weather.down = True
    with pytest.raises(BusUnavailable):
        taking.step(seconds=0)
    weather.down = False
    while taking.step(seconds=0):
        pass
    assert hub.has_read(futian.head())
