"""How does a district speak to the hub in a test?"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, TypeVar

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, sessionmaker

from federation.directory.enrolling import enrol
from federation.directory.keys import DistrictKeys
from federation.identity.matching.models import CandidateKey
from federation.identity.models import Link, Registration
from federation.ledger.withholding import FEWEST_ENTRIES
from federation.mailbox import WrittenBatch
from federation.settings import Settings
from sync import streams, uuids
from sync.contracts.hours import HOURS_CERTIFIED, HourEntryState
from sync.contracts.identities import VolunteerIdState
from sync.contracts.organizations import ORGANIZATION_RECORDED, OrganizationState
from sync.contracts.registrations import REGISTRATION_RECORDED, DocumentToken, RegistrationState
from sync.mailbox.asking import Question, seal_question
from sync.mailbox.inbox import Inbox
from sync.messages import batch, envelope, signing
from sync.messages.batch import Batch
from sync.messages.beacon import Beacon, Position, Verdict, seal_beacon, seal_position

AT = datetime(2026, 3, 7, 9, 0, tzinfo=UTC)

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Told:
    """One event before it has its place in a stream."""

    type: str
    key: str
    version: int
    data: msgspec.Struct
    epoch: int = 1


class District:
    """A district as far as the hub can see it: a code, a key and a stream."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.stream = streams.up(code)
        self.key = signing.generate_key()
        self.sequence = 0
        self._hash = batch.genesis(self.stream, 1)

    def says(self, *told: Told, at: datetime = AT) -> bytes:
        """The next batch of the stream, signed."""
        events = [
            envelope.Event(
                id=str(uuids.new_uuid()),
                source=f"/districts/{self.code}",
                type=one.type,
                subject=one.key,
                time=at,
                sequence=self.sequence + number,
                recordepoch=one.epoch,
                recordversion=one.version,
                data=envelope.encode_data(one.data),
            )
            for number, one in enumerate(told, 1)
        ]
        lines = [envelope.encode(event) for event in events]
        hashes = batch.chain_all(self._hash, lines)
        said = Batch(stream=self.stream, epoch=1, first=self.sequence + 1, prev=self._hash, lines=lines, hashes=hashes)
        self.sequence, self._hash = said.last, hashes[-1]
        return batch.seal_batch(batch.pack(said), self.key)

    def lights_beacon(self, *, head: int | None = None, root: str = "", at: datetime = AT) -> bytes:
        """A beacon for the head, or for a `head` whose events have not been seen; `root` is that over its records."""
        head = self.sequence if head is None else head
        beacon = Beacon(
            stream=self.stream, epoch=1, sequence=head, hash=self._hash.hex(), sent=self.sequence, root=root, lit_at=at
        )
        return seal_beacon(beacon, self.key)

    def follows(self, *, epoch: int, sequence: int, hash: str) -> bytes:
        """What answers the hub: the district has taken all that it was told, up to this place."""
        stream = streams.down(self.code)
        position = Position(stream=stream, epoch=epoch, sequence=sequence, hash=hash, verdict=Verdict.APPLIED)
        return seal_position(position, self.key)

    def asks(self, question: Question) -> bytes:
        """A question that a writer asks which may have lost something."""
        return seal_question(question, self.key)


@dataclass
class Hub:
    """The hub without its programs: its database, its inbox, and what it answered to whom."""

    settings: Settings
    sessions: "sessionmaker[Session]"
    inbox: Inbox

    def enrol(self, *codes: str) -> list[District]:
        """Enrols new districts."""
        districts = [District(code) for code in codes]
        with self.sessions.begin() as session:
            for district in districts:
                enrol(
                    session,
                    district.code,
                    name=district.code.title(),
                    region_code="440304",
                    key=district.key,
                    inbox=self.inbox,
                    at=AT,
                )
        return districts

    def hears(self, *messages: bytes, at: datetime = AT) -> Position | None:
        """Takes each message in a transaction of its own; gives the position that answers the last."""
        reply = None
        for raw in messages:
            with self.sessions.begin() as session:
                reply = self.inbox.receive(session, raw, receiver=streams.HUB, keys=DistrictKeys, at=at)
        return reply if isinstance(reply, Position) else None

    def asked(self, question: Callable[..., Answer], *arguments: Any, **named: Any) -> Answer:
        """The answer to a question that reads."""
        with self.sessions() as session:
            return question(session, *arguments, **named)

    def rows(self, model: type[Any]) -> list[Any]:
        """All rows of a table, by their primary key."""
        with self.sessions() as session:
            return list(session.scalars(select(model).order_by(*model.__table__.primary_key)))

    def forgets(self, registration_id: str) -> None:
        """Lets the hub be as if it had never known a registration that names no document."""
        with self.sessions.begin() as session:
            for model in (CandidateKey, Link, Registration):
                session.execute(delete(model).where(model.registration_id == registration_id))

    def told(self, district: District) -> dict[str, str]:
        """The volunteer IDs that `district` was told, by registration."""
        states = [msgspec.json.decode(event.data, type=VolunteerIdState) for event in self.said_to(district)]
        return {state.registration_id: state.volunteer_id for state in states}

    def said_to(self, district: District) -> list[envelope.Event]:
        """Every event that the district is told, in order."""
        said = [row for row in self.rows(WrittenBatch) if row.stream == streams.down(district.code)]
        batches = sorted(said, key=lambda row: (row.epoch, row.last))
        return [envelope.decode(line) for row in batches for line in batch.unpack_lines(row.body)]


def new_id() -> str:
    """A record's key."""
    return str(uuid.uuid4())


def t1(document: str) -> str:
    """What districts send in place of the number of `document`."""
    return sha256(f"keyed:{document}".encode()).hexdigest()


def registration(
    key: str,
    *,
    name: str = "王小明",
    birth_date: str | None = "1990-05-01",
    document: str | None = None,
    version: int = 1,
    phone: str | None = None,
) -> Told:
    """A registration in one version."""
    documents = (DocumentToken(kind="resident_id", key_version=1, token=t1(document)),) if document else ()
    state = RegistrationState(
        registration_id=key,
        organization_id="o1",
        name=name,
        registered_on="2020-01-01",
        birth_date=birth_date,
        gender="F",
        phone=phone,
        documents=documents,
    )
    return Told(REGISTRATION_RECORDED, key, version, state)


def hours(
    key: str,
    *,
    minutes: int = 60,
    version: int = 1,
    epoch: int = 1,
    type: str = HOURS_CERTIFIED,
    registration_id: str = "r1",
    organization_id: str = "o1",
    month: str = "2026-03",
    field: str = "社区服务",
) -> Told:
    """An hour entry in one version."""
    state = HourEntryState(
        entry_id=key,
        registration_id=registration_id,
        organization_id=organization_id,
        activity="邻里守望",
        field=field,
        month=month,
        started_at=AT,
        ended_at=AT,
        raw_minutes=minutes,
        credited_minutes=minutes,
        certified_by="coordinator-1",
        reason=None if version == 1 else "miscounted",
    )
    return Told(type, key, version, state, epoch)


def shown_hours(key: str, *, entries: int = FEWEST_ENTRIES, **stated: Any) -> list[Told]:
    """As many hour entries of one kind as it takes to be shown apart from others."""
    return [hours(f"{key}-{number}", **stated) for number in range(entries)]


def organization(key: str, *, name: str, version: int = 1, parent: str | None = None, sector: str | None = None) -> Told:
    """An organization in one version."""
    state = OrganizationState(organization_id=key, name=name, kind="team", parent_id=parent, sector_id=sector)
    return Told(ORGANIZATION_RECORDED, key, version, state)
