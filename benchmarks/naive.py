"""How do hour events go the way that most teams would write first?

For each event: an ORM row and a commit in the district, one JSON message; at the hub an ORM row and the same totals, a
commit and an acknowledgement. It has no log, no signature, no cursor and no confirmation, so it also loses and doubles.
The tables, databases and brokers are those of the streams.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

import msgspec
from kombu import Connection, Consumer, Producer, Queue
from sqlalchemy import String
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

from benchmarks.carriers import Carrier, open_engine
from benchmarks.looking import COUNTED, look_at
from benchmarks.ways import PROCESSES, Commit, Way
from federation.ledger.models import LedgerEntry, LedgerState, MonthTotal, OrganizationTotal, RegistrationTotal
from sync.carriers.embedded import EmbeddedTransport
from sync.contracts.hours import HourEntryState

NAME = "the naive way"
# It takes long enough with these, and is as quick with the last as with the first.
EVENTS = 300
# Another district than that of the streams, so that neither adds to the other's sums.
_DISTRICT = "luohu"
_QUEUE = Queue("naive", durable=True)
_EMBEDDED = "sqla+"


class _Model(DeclarativeBase):
    pass


class NaiveHours(_Model):
    """What a district would keep of an hour entry."""

    __tablename__ = "naive_hours"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    registration_id: Mapped[str] = mapped_column(String(36))
    organization_id: Mapped[str] = mapped_column(String(36))
    activity: Mapped[str] = mapped_column(String(200))
    field: Mapped[str] = mapped_column(String(80))
    minutes: Mapped[int]


@contextmanager
def way(carrier: Carrier) -> Iterator[Way]:
    """The naive way, between the databases of the streams, which have their tables already."""
    engine = open_engine(carrier.district_url)
    _Model.metadata.create_all(engine)
    engine.dispose()
    opened = partial(writer, carrier.district_url, carrier.bus_url)
    yield Way(
        name=NAME,
        writers=[opened],
        certifier=opened,
        carry=partial(_carry, carrier),
        look=partial(look_at, carrier.hub_url, f"SELECT * FROM ({COUNTED}) counted WHERE district = '{_DISTRICT}'"),  # noqa: S608
        most=EVENTS,
    )


@contextmanager
def writer(district_url: str, bus_url: str) -> Iterator[Commit]:
    """The district: a row, a commit and a message for each entry."""
    engine = open_engine(district_url)
    sessions = sessionmaker(engine)
    with _connection(bus_url) as connection:
        producer = Producer(connection.channel())

        def commit(entries: Sequence[HourEntryState]) -> None:
            for state in entries:
                _record(sessions, state)
                message = msgspec.to_builtins(state)
                producer.publish(message, serializer="json", routing_key=_QUEUE.name, declare=[_QUEUE], delivery_mode=2)

        yield commit
    engine.dispose()


def consume(hub_url: str, bus_url: str) -> None:
    """The hub: takes messages one by one, until it is ended."""
    engine = open_engine(hub_url)
    sessions = sessionmaker(engine)

    def take(body: dict[str, Any], message: Any) -> None:
        with sessions.begin() as session:
            _post(session, body)
        message.ack()

    with _connection(bus_url) as connection, Consumer(connection, [_QUEUE], callbacks=[take], prefetch_count=16):
        while True:
            connection.drain_events()


@contextmanager
def _carry(carrier: Carrier) -> Iterator[None]:
    process = PROCESSES.Process(target=consume, args=(carrier.hub_url, carrier.bus_url))
    process.start()
    try:
        yield
    finally:
        process.terminate()
        process.join()


def _record(sessions: "sessionmaker[Session]", state: HourEntryState) -> None:
    with sessions.begin() as session:
        session.add(
            NaiveHours(
                id=state.entry_id,
                registration_id=state.registration_id,
                organization_id=state.organization_id,
                activity=state.activity,
                field=state.field,
                minutes=state.credited_minutes,
            )
        )


def _post(session: Session, body: dict[str, Any]) -> None:
    session.add(
        LedgerEntry(
            district=_DISTRICT,
            entry_id=body["entry_id"],
            epoch=1,
            version=1,
            registration_id=body["registration_id"],
            organization_id=body["organization_id"],
            activity=body["activity"],
            field=body["field"],
            month=body["month"],
            started_at=datetime.fromisoformat(body["started_at"]),
            ended_at=datetime.fromisoformat(body["ended_at"]),
            raw_minutes=body["raw_minutes"],
            credited_minutes=body["credited_minutes"],
            state=LedgerState.CERTIFIED,
            certified_by=body["certified_by"],
            event_id=body["entry_id"],
            recorded_at=datetime.now(UTC),
        )
    )
    keys: tuple[tuple[Any, dict[str, str]], ...] = (
        (MonthTotal, {"month": body["month"], "field": body["field"]}),
        (RegistrationTotal, {"registration_id": body["registration_id"]}),
        (OrganizationTotal, {"organization_id": body["organization_id"]}),
    )
    for model, key in keys:
        total = session.get(model, {"district": _DISTRICT, **key}, with_for_update=True)
        if total is None:
            total = model(district=_DISTRICT, **key, entries=0, minutes=0)
            session.add(total)
        total.entries += 1
        total.minutes += body["credited_minutes"]


@contextmanager
def _connection(bus_url: str) -> Iterator[Any]:
    if bus_url.startswith(_EMBEDDED):
        connection = Connection(bus_url.removeprefix(_EMBEDDED), transport=EmbeddedTransport)
    else:
        connection = Connection(bus_url)
    with connection:
        yield connection
