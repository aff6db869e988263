"""How does one party of the simulation live, die and come back?

Its database is in memory, made once and filled anew for each seed, because what costs time is to open it. Its process is a
relay and a consumer, as in earnest; it knows nothing that is not in the database.
"""

import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import cast

from sqlalchemy import StaticPool, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from sync import streams
from sync.contracts.identities import VOLUNTEER_ID_ASSIGNED, VOLUNTEER_ID_CLAIMED
from sync.contracts.registrations import REGISTRATION_RECORDED
from sync.databases import sqlite
from sync.errors import BusUnavailable
from sync.mailbox.applying import Applier, Handler
from sync.mailbox.archive import Archive
from sync.mailbox.digest import Digest
from sync.mailbox.inbox import Inbox
from sync.mailbox.log import Log
from sync.mailbox.quarantine import Quarantine
from sync.mailbox.recovery import Recovery
from sync.messages import signing
from sync.messages.signing import Signer
from sync.running.consumer import Consumer
from sync.running.relay import Relay
from sync.testing import BadWeather
from tests.simulation.faults import Crash, Faults, FragileBus, Point
from tests.simulation.rules import DistrictRules, HubRules
from tests.simulation.tables import TABLES
from tests.simulation.wiring import NO_FENCE, SilentLog, Wiring
from tests.support.sides import (
    AT,
    DigestSum,
    Model,
    ParkedRecord,
    QuarantinedMessage,
    ReceivedBatch,
    RecordState,
    Ring,
    StreamCursor,
    StreamHead,
    WrittenBatch,
)

BEACON_SECONDS = 5.0


class Party:
    """The hub or a district. `skew` is by how much its clock on the wall is wrong."""

    def __init__(self, name: str, *, reads: list[str], writes: list[str], ring: Ring, wiring: Wiring) -> None:
        self.name = name
        self.faults = Faults()
        self.skew = timedelta()
        self.seconds = 0.0
        self.refusing = False
        self.draw: Callable[[], str]
        self._ring = ring
        self._signer = _signer(name)
        ring.add(name, self._signer.key)
        engine = create_engine("sqlite://", poolclass=StaticPool)
        sqlite.prepare(engine)
        self.sessions = sessionmaker(engine)
        self._wire(wiring)
        Model.metadata.create_all(engine)
        with self.sessions.begin() as session:
            for stream in writes:
                self.log.open_stream(session, stream)
            for stream in reads:
                self.inbox.open_stream(session, stream)
        with engine.connect() as connection:
            self.database = cast("sqlite3.Connection", connection.connection.driver_connection)
        self.database.executescript(TABLES)
        if not wiring.fence:
            self.database.execute(NO_FENCE)
        self._new = self.backup()

    def begin(self, weather: BadWeather, draw: Callable[[], str]) -> None:
        """Forgets everything, for a new run. `draw` gives volunteer IDs."""
        self._weather = weather
        self.draw = draw
        self.skew, self.seconds, self.refusing = timedelta(), 0.0, False
        self.restore(self._new)

    def start(self) -> None:
        """A process that begins, and remembers nothing."""
        self.faults.disarm()
        bus = FragileBus(self._weather.bus(self.name), self.faults)
        self._relay = Relay(
            sessions=self.sessions,
            log=self.log,
            recovery=self.recovery,
            bus=bus,
            signer=self._signer,
            beacon_seconds=BEACON_SECONDS,
            now=self._now,
            clock=lambda: self.seconds,
        )
        self._consumer = Consumer(
            party=self.name,
            sessions=self.sessions,
            inbox=self.inbox,
            bus=bus,
            keys=lambda _session: self._ring,
            signer=self._signer,
            now=self._now,
        )

    def send(self) -> bool:
        """One round of the relay; says whether it sent a batch."""
        return self._survive(self._relay.step)

    def receive(self) -> bool:
        """Takes one message; says whether there was one."""
        return self._survive(lambda: self._consumer.step(seconds=0))

    def write(self, states: dict[str, int]) -> bool:
        """Writes registrations in one transaction; says whether it was committed."""

        def work() -> bool:
            with self.sessions.begin() as session:
                self.rules.write(session, self.name, states)
            return True

        return self._survive(work)

    def retry(self) -> None:
        """Applies again what is parked, as somebody would who has mended what was wrong."""
        parked = self.database.execute("SELECT DISTINCT stream FROM parked_record ORDER BY stream").fetchall()
        with self.sessions.begin() as session:
            for (stream,) in parked:
                self.inbox.retry(session, stream)

    def backup(self) -> bytes:
        """The whole database, as it is now."""
        return self.database.serialize()

    def restore(self, backup: bytes) -> None:
        """Puts the database back to what it was then, and starts anew."""
        self.database.deserialize(backup)
        self.start()

    def _survive(self, work: Callable[[], bool]) -> bool:
        try:
            return work()
        except Crash:
            self.start()
        except (BusUnavailable, OperationalError):
            pass
        return False

    def _now(self) -> datetime:
        return AT + timedelta(seconds=self.seconds) + self.skew

    def _wire(self, wiring: Wiring) -> None:
        digest = Digest(RecordState, DigestSum)
        kind = Log if wiring.digest else SilentLog
        self.log = kind(StreamHead, WrittenBatch, digest, source=lambda stream: f"/{streams.writer_of(stream)}", now=self._now)
        self.log.listen(self.sessions)
        # After that: a transaction is struck when everything in it has been done.
        event.listen(self.sessions, "before_commit", lambda _session: self.faults.strike(Point.COMMIT))
        self.rules = DistrictRules(self.log)
        if self.name == streams.HUB:
            hub = HubRules(self.log, draw=self._draw_id, refuses=lambda: self.refusing)
            handlers: dict[str, Handler] = {
                REGISTRATION_RECORDED: hub.take_registrations,
                VOLUNTEER_ID_CLAIMED: hub.take_claims,
            }
            restorers: dict[str, Handler] | None = None
        else:
            handlers = {VOLUNTEER_ID_ASSIGNED: self.rules.take_ids}
            restorers = {
                REGISTRATION_RECORDED: self.rules.restore_registrations,
                VOLUNTEER_ID_CLAIMED: self.rules.restore_claims,
            }
        self.recovery = Recovery(self.log, digest, restorers, now=self._now)
        self.inbox = Inbox(
            cursors=StreamCursor,
            archive=Archive(ReceivedBatch),
            digest=digest,
            applier=Applier(ParkedRecord, digest, handlers),
            quarantine=Quarantine(QuarantinedMessage),
            recovery=self.recovery,
            renewed=self._claim if wiring.claims and self.name != streams.HUB else _no_claim,
        )

    def _draw_id(self) -> str:
        return self.draw()

    def _claim(self, session: Session, stream: str) -> None:
        self.rules.claim(session, stream)


def _no_claim(_session: Session, _stream: str) -> None:
    """Lets the hub forget what it forgot."""


@cache
def _signer(_name: str) -> Signer:
    return Signer(signing.generate_key())
