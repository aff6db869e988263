"""How does one side take part in the streams?

Two loops in one process: the relay sends, the consumer receives; a side may have errands beside them. None ends before it is
told to. What fails is tried again with growing pauses, and logged when it begins, when its reason becomes another, and when it
is over.
"""

import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from sync.carriers.carrier import open_bus
from sync.errors import BusUnavailable
from sync.keys.rotating import Rotation
from sync.lanes import WHOLE, Share
from sync.mailbox.inbox import Inbox, KeysIn
from sync.mailbox.log import Log
from sync.mailbox.recovery import Recovery
from sync.messages.signing import Signer
from sync.running import garbage
from sync.running.consumer import Consumer
from sync.running.errands import Errand
from sync.running.heartbeat import Heartbeat
from sync.running.relay import Relay
from sync.running.upkeep import Tidy, Upkeep
from sync.running.waking import waker_for

FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 10.0
# How long a loop may sleep before it looks whether it should end.
_ROUND_SECONDS = 0.5
_SENDING = "sending"
_RECEIVING = "receiving"
_ERRAND = "errand"
_EXPECTED = (BusUnavailable, OperationalError, InterfaceError)

_journal = structlog.get_logger(__name__)


def run(
    *,
    party: str,
    sessions: "sessionmaker[Session]",
    log: Log,
    recovery: Recovery,
    inbox: Inbox,
    keys: KeysIn,
    signer: Signer,
    bus_url: str,
    beacon_seconds: float,
    stop: threading.Event,
    share: Share = WHOLE,
    heartbeat: Path | None = None,
    tidy: Tidy | None = None,
    errands: Sequence[Errand] = (),
    rotation: Rotation | None = None,
) -> None:
    """Sends and receives for `party`, a district's code or `streams.HUB`, until `stop` is set.

    Of the hub's processes each has a `share` of the districts; the first does what is to be done once. `log` must listen to
    `sessions`, whose engine is used by this call alone. `keys` are the public keys of the others; `tidy` is done once an hour,
    while there is nothing to send; `errands` are what the side does all the time; `rotation` is what exchanges the key that
    `signer` has.
    """
    garbage.look_rarely()
    beats = Heartbeat(heartbeat, frozenset({_SENDING, _RECEIVING}))
    # A connection to the bus belongs to one thread.
    outward, inward = (open_bus(bus_url, party, signer=signer, share=share) for _ in range(2))
    relay = Relay(
        sessions=sessions,
        log=log,
        recovery=recovery,
        bus=outward,
        signer=signer,
        beacon_seconds=beacon_seconds,
        share=share,
    )
    consumer = Consumer(party=party, sessions=sessions, inbox=inbox, bus=inward, keys=keys, signer=signer, share=share)
    with sessions() as session:
        waker = waker_for(session.get_bind().engine)
    upkeep = Upkeep(sessions, tidy) if tidy and share.is_first else None

    def send() -> None:
        if rotation:
            rotation.step()
        if relay.step():
            stop.wait(relay.seconds_to_gather())
            return
        if upkeep:
            upkeep.step()
        outward.keep_alive()
        waker.wait(min(_ROUND_SECONDS, relay.seconds_to_beacon()))

    def send_until_stopped() -> None:
        try:
            _repeat(send, _SENDING, stop=stop, beats=beats)
        finally:
            waker.close()
            outward.close()

    def run_errand(errand: Errand) -> None:
        try:
            _repeat(lambda: errand.step(stop), _ERRAND, stop=stop, beats=beats)
        finally:
            errand.close()

    beside = [threading.Thread(target=send_until_stopped, name=_SENDING)]
    if share.is_first:
        beside += [threading.Thread(target=run_errand, args=(errand,), name=_ERRAND) for errand in errands]
    for thread in beside:
        thread.start()
    try:
        _repeat(lambda: consumer.step(seconds=_ROUND_SECONDS), _RECEIVING, stop=stop, beats=beats)
    finally:
        stop.set()
        inward.close()
        for thread in beside:
            thread.join()


def _repeat(step: Callable[[], object], part: str, *, stop: threading.Event, beats: Heartbeat) -> None:
    """Goes round until `stop` is set, whatever `step` raises."""
    pause = 0.0
    told: str | None = None
    while not stop.is_set():
        try:
            step()
        except Exception as error:
            if str(error) != told:
                told = str(error)
                tell = _journal.warning if isinstance(error, _EXPECTED) else _journal.exception
                tell("interrupted", part=part, reason=told)
            pause = min(max(FIRST_PAUSE_SECONDS, 2 * pause), LONGEST_PAUSE_SECONDS)
            stop.wait(pause)
        else:
            if pause:
                _journal.info("resumed", part=part)
            pause, told = 0.0, None
        beats.beat(part)
