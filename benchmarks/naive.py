"""How long does the way take that most teams would write first?

For each event: an ORM row and a commit in the district, one JSON message; at the hub an ORM row and the same totals, a
commit and an acknowledgement. It has no log, no signature, no cursor and no confirmation, so it also loses and doubles.
The tables, databases and brokers are those of the streams.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import msgspec
from kombu import Connection, Consumer, Producer, Queue
from sqlalchemy import String
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

from benchmarks.stage import DISTRICT, Carrier, hours, open_engine
from federation.ledger.models import LedgerEntry, LedgerState, MonthTotal, OrganizationTotal, RegistrationTotal
from sync.contracts.hours import HourEntryState
from sync.embedded import EmbeddedTransport

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


def produce(carrier: Carrier, count: int) -> None:
    """The district: `count` rows, commits and messages."""
    engine = open_engine(carrier.district_url)
    _Model.metadata.create_all(engine)
    sessions = sessionmaker(engine)
    with _connection(carrier) as connection:
        producer = Producer(connection.channel())
        for state in hours(count):
            _record(sessions, state)
            producer.publish(
                msgspec.to_builtins(state), serializer="json", routing_key=_QUEUE.name, declare=[_QUEUE], delivery_mode=2
            )
    engine.dispose()


def consume(carrier: Carrier, count: int) -> float:
    """The hub: takes `count` messages, one by one; gives the seconds from the first effect to the last."""
    engine = open_engine(carrier.hub_url)
    sessions = sessionmaker(engine)
    moments: list[float] = []

    def take(body: dict[str, Any], message: Any) -> None:
        with sessions.begin() as session:
            _post(session, body)
        message.ack()
        moments.append(time.monotonic())

    with _connection(carrier) as connection, Consumer(connection, [_QUEUE], callbacks=[take], prefetch_count=16):
        while len(moments) < count:
            connection.drain_events(timeout=60)
    engine.dispose()
    return moments[-1] - moments[0]


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
            district=DISTRICT,
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
        total = session.get(model, {"district": DISTRICT, **key}, with_for_update=True)
        if total is None:
            total = model(district=DISTRICT, **key, entries=0, minutes=0)
            session.add(total)
        total.entries += 1
        total.minutes += body["credited_minutes"]


@contextmanager
def _connection(carrier: Carrier) -> Iterator[Any]:
    if carrier.bus_url.startswith(_EMBEDDED):
        connection = Connection(carrier.bus_url.removeprefix(_EMBEDDED), transport=EmbeddedTransport)
    else:
        connection = Connection(carrier.bus_url)
    with connection:
        yield connection
