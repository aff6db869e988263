"""What does an event say?"""

from datetime import datetime
from typing import Any

import msgspec

from sync import contracts
from sync.contracts import kind_of, minutes_of
from sync.mailbox.announcing import Announcement
from sync.mailbox.digest import Record, State, state_hash
from sync.messages.envelope import Event


class Fact(State, frozen=True, kw_only=True):
    """The state of a record in one event, for a handler: its `data`, announced at `time`.

    Where it `is_held`, something that was said of the record before may have had an effect here; else it had none, as whoever
    gives it to a handler has made sure.
    """

    type: str
    event_id: str
    time: datetime
    data: Any
    is_held: bool = False

    @property
    def key(self) -> str:
        """The key of the record that this is about."""
        return self.record.key


class Unread(msgspec.Struct, frozen=True):
    """An event at `sequence` that says nothing here, and the `reason`."""

    record: Record
    type: str
    sequence: int
    reason: str


def record_of(event: Event) -> Record:
    """Which record an event is about."""
    return Record(kind_of(event.type), event.subject)


def read_fact(event: Event) -> Fact:
    """The fact in an event; raises `Undecodable` where its type or data is not known here."""
    data = contracts.read(event.type, event.data)
    return Fact(
        record=record_of(event),
        epoch=event.recordepoch,
        version=event.recordversion,
        sequence=event.sequence,
        hash=state_hash(event.type, event.subject, event.data),
        minutes=minutes_of(data),
        type=event.type,
        event_id=event.id,
        time=event.time,
        data=data,
    )


def announced_again(event: Event) -> Announcement:
    """The same that an event says, to be announced at another place; raises `Undecodable` as `read_fact` does."""
    minutes = minutes_of(contracts.read(event.type, event.data))
    return Announcement(event.type, event.subject, event.recordversion, event.data, minutes, event.id, event.time)
