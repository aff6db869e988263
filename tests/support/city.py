"""How does a test get a whole city?

A hub and districts with databases of their own, in one process and without web pages. Either they run for real, each with
its relay and consumer on a real bus, or a test drives them step by step over a bus that misbehaves on purpose.
"""

import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from cryptography.fernet import Fernet
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

import federation.mailbox
import tenants.mailbox
from federation.directory.enrolling import enrol
from federation.directory.keys import DistrictKeys
from federation.directory.standing import standings
from federation.intake import open_inbox
from federation.migrations import MIGRATIONS as HUB_MIGRATIONS
from federation.settings import Settings as HubSettings
from sync import streams
from sync.databases import sqlite
from sync.databases.resealing import FieldCipher
from sync.keys.key_files import KeyFiles
from sync.keys.rotating import Rotation
from sync.messages import signing
from sync.messages.signing import Signer
from sync.programs.program import Participant
from sync.running import service
from sync.running.consumer import Consumer
from sync.running.relay import Relay
from sync.settings import WireSettings
from sync.testing import BadWeather
from tenants.hours import certifying
from tenants.hours.recording import HourDetails, submit_hours
from tenants.hours.rules import possible_shift
from tenants.hours.totals import Totals, district_totals
from tenants.joining.rotating import KeyAgreement
from tenants.migrations import MIGRATIONS as DISTRICT_MIGRATIONS
from tenants.organizations.arranging import found_district
from tenants.registrations.models import Registration
from tenants.registrations.registering import RegistrationDetails, record_registration
from tenants.settings import Settings as DistrictSettings
from tests.support.district import district_settings
from tests.support.tables import lay_tables
from tests.support.waiting import eventually

BEACON_SECONDS = 0.5


@dataclass
class Side:
    """One party: its database and its part in the streams."""

    participant: Participant
    sessions: "sessionmaker[Session]"
    wire: WireSettings


@dataclass
class District(Side):
    """A district, and short ways to do what its people do."""

    settings: DistrictSettings

    @property
    def code(self) -> str:
        """Its code."""
        return self.settings.district

    def register(self, number: str, **stated: Any) -> None:
        """Records a volunteer."""
        with self.sessions.begin() as session:
            root = found_district(session, district=self.code, name=self.settings.district_name)
            now = datetime.now(UTC)
            details = RegistrationDetails(local_number=number, organization=root, registered_on=now.date(), **stated)
            record_registration(session, details, existing=None, settings=self.settings, at=now)

    def certify_hours(self, number: str, *, started_at: datetime, ended_at: datetime) -> uuid.UUID:
        """Records a shift of a volunteer and certifies it; gives the entry's id."""
        with self.sessions.begin() as session:
            registration = session.query(Registration).filter_by(local_number=number).one()
            minutes = int((ended_at - started_at).total_seconds() // 60)
            details = HourDetails(
                registration=registration,
                organization_id=registration.organization_id,
                activity="净滩行动",
                field="环保",
                shift=possible_shift(started_at, ended_at, minutes, now=datetime.now(UTC)),
            )
            entry = submit_hours(session, details, by="recorder", at=datetime.now(UTC))
            certifying.certify(session, entry, by="coordinator", at=datetime.now(UTC), settings=self.settings)
            return entry.id

    def volunteer_id(self, number: str) -> str | None:
        """The ID that the registration has learnt, or None."""
        with self.sessions() as session:
            return session.query(Registration).filter_by(local_number=number).one().volunteer_id

    def totals(self) -> Totals:
        """What the district stands by."""
        with self.sessions() as session:
            return district_totals(session)


@dataclass
class Hub(Side):
    """The city's side."""

    settings: HubSettings


@dataclass
class City:
    """A hub and its districts."""

    hub: Hub
    districts: Sequence[District]

    def in_step(self) -> bool:
        """Whether every stream's reader stands where its writer does, both ways, and the hub says so of each district."""
        with self.hub.sessions() as session:
            said = standings(session, at=datetime.now(UTC))
            hub_heads = {head.stream: head.sequence for head in federation.mailbox.log.heads(session)}
            up_cursors = {cursor.stream: cursor.sequence for cursor in session.query(federation.mailbox.StreamCursor)}
        for district in self.districts:
            with district.sessions() as session:
                [head] = tenants.mailbox.log.heads(session)
                cursor = session.get_one(tenants.mailbox.StreamCursor, streams.down(district.code))
            if up_cursors[head.stream] != head.sequence or cursor.sequence != hub_heads[cursor.stream]:
                return False
        return all(standing.equal for standing in said)

    @contextmanager
    def running(self, bus_url: str) -> Iterator[None]:
        """Every party's relay and consumer at work on a real bus."""
        stop = threading.Event()
        with ExitStack() as stack:
            for side in (self.hub, *self.districts):
                thread = threading.Thread(target=serve, args=(side, bus_url, stop), name=side.participant.party)
                thread.start()
                stack.callback(thread.join)
            stack.callback(stop.set)
            yield

    def settle(self) -> None:
        """Waits until everybody is in step."""
        eventually(self.in_step, within=60)

    def storm(self, weather: BadWeather) -> "Storm":
        """The city on a bus that misbehaves, to be driven step by step."""
        return Storm(self, weather)


class Storm:
    """A city whose parties take turns on a bad bus. Its clock moves on with every round, so that beacons come due."""

    def __init__(self, city: City, weather: BadWeather) -> None:
        self._weather = weather
        self._seconds = 0.0
        self._relays, self._consumers, self._rotations = [], [], []
        for side in (city.hub, *city.districts):
            signer = Signer(side.wire.signing_key)
            self._relays.append(self._relay(side, signer))
            self._consumers.append(self._consumer(side, signer))
            self._rotations += rotations(side, signer, clock=lambda: self._seconds)

    def blow(self, rounds: int) -> None:
        """Lets every party send and receive, some rounds long."""
        for _ in range(rounds):
            self._seconds += BEACON_SECONDS
            for rotation in self._rotations:
                rotation.step()
            for relay in self._relays:
                relay.step()
            for consumer in self._consumers:
                while consumer.step(seconds=0):
                    pass

    def calm(self) -> None:
        """The bus does what it should from now on; what waits on it stays."""
        self._weather.lose = self._weather.double = self._weather.reorder = 0.0

    def _relay(self, side: Side, signer: Signer) -> Relay:
        return Relay(
            sessions=side.sessions,
            log=side.participant.log,
            recovery=side.participant.recovery,
            bus=self._weather.bus(side.participant.party),
            signer=signer,
            beacon_seconds=BEACON_SECONDS,
            clock=lambda: self._seconds,
        )

    def _consumer(self, side: Side, signer: Signer) -> Consumer:
        return Consumer(
            party=side.participant.party,
            sessions=side.sessions,
            inbox=side.participant.inbox,
            bus=self._weather.bus(side.participant.party),
            keys=side.participant.keys,
            signer=signer,
        )


@contextmanager
def city(new_database: Callable[[str], str], *codes: str) -> Iterator[City]:
    """A hub and a district for each of `codes`, enrolled and founded; `new_database` makes an empty database by name."""
    with ExitStack() as stack:
        wire = _wire()
        settings = HubSettings(
            database_url=new_database("hub"),
            wire=wire,
            secret_key="only for tests",
            field_cipher=FieldCipher([Fernet.generate_key()]),
            token_keys=(bytes(range(32, 64)),),
            province="44",
            time_zone=ZoneInfo("Asia/Shanghai"),
            language="zh_Hans",
            trusted_proxies=0,
            secure_cookies=False,
        )
        sessions = _sessions(stack, settings.database_url, HUB_MIGRATIONS, federation.mailbox.log)
        inbox = open_inbox(settings)
        hub = Hub(
            Participant(
                party=streams.HUB,
                log=federation.mailbox.log,
                recovery=federation.mailbox.recovery,
                inbox=inbox,
                keys=DistrictKeys,
                incarnation=federation.mailbox.incarnation,
            ),
            sessions,
            wire,
            settings,
        )
        districts = []
        for code in codes:
            district = _district(stack, code, new_database(code), hub_key=wire.signing_key)
            with sessions.begin() as session:
                enrol(
                    session,
                    code,
                    name=code,
                    region_code="440304",
                    key=signing.read_key(signing.public_jwk(district.wire.signing_key)),
                    inbox=inbox,
                    at=datetime.now(UTC),
                )
            districts.append(district)
        yield City(hub, districts)


def _district(stack: ExitStack, code: str, database_url: str, *, hub_key: Any) -> District:
    wire = _wire()
    settings = district_settings(database_url, district=code, wire=wire, hub_key=signing.read_key(signing.public_jwk(hub_key)))
    log = tenants.mailbox.log
    sessions = _sessions(stack, database_url, DISTRICT_MIGRATIONS, log)
    with sessions.begin() as session:
        tenants.mailbox.open_streams(session, code)
        found_district(session, district=code, name=code)
    participant = Participant(
        party=code,
        log=log,
        recovery=tenants.mailbox.recovery,
        inbox=tenants.mailbox.inbox,
        keys=lambda _session: tenants.mailbox.HubKey(settings.hub_key),
        incarnation=tenants.mailbox.incarnation,
        agreement=KeyAgreement(code),
    )
    return District(participant, sessions, wire, settings)


def _sessions(stack: ExitStack, database_url: str, migrations: Any, log: Any) -> "sessionmaker[Session]":
    engine = create_engine(database_url)
    stack.callback(engine.dispose)
    sqlite.prepare(engine)
    lay_tables(engine, migrations)
    sessions = sessionmaker(engine)
    log.listen(sessions)
    return sessions


def _wire() -> WireSettings:
    return WireSettings(bus_url="", beacon_seconds=BEACON_SECONDS, heartbeat_file=None, signing_key=signing.generate_key())


def rotations(side: Side, signer: Signer, clock: Callable[[], float] = time.monotonic) -> list[Rotation]:
    """What exchanges the side's key, where that can be."""
    agreement, file = side.participant.agreement, side.wire.signing_key_file
    files = KeyFiles(file) if file else None
    return [Rotation(signer, agreement, files=files, sessions=side.sessions, clock=clock)] if agreement else []


def serve(side: Side, bus_url: str, stop: threading.Event) -> None:
    """Sends and receives for `side` until `stop` is set."""
    signer = Signer(side.wire.signing_key)
    service.run(
        party=side.participant.party,
        sessions=side.sessions,
        log=side.participant.log,
        recovery=side.participant.recovery,
        inbox=side.participant.inbox,
        keys=side.participant.keys,
        signer=signer,
        bus_url=bus_url,
        beacon_seconds=side.wire.beacon_seconds,
        stop=stop,
        rotation=next(iter(rotations(side, signer)), None),
    )
