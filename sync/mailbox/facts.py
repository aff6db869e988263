"""What does an event say?"""

from datetime import datetime
from typing import Any

import msgspec

from sync import contracts
from sync.contracts import kind_of, minutes_of
from sync.mailbox.announcing import Announcement
from sync.mailbox.digest import Record, State, state_hash
from sync.messages.envelope import Event


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """One event for a handler: the state `data` of `record` in version (`epoch`, `version`), announced at `time`.

    `encoded` is the state as it came, `hash` what the digest keeps of it. Where it `is_first`, nothing that was said of the
    record before has had an effect here, so whoever applies it need not look for that.
    """

    type: str
    record: Record
    epoch: int
    version: int
    sequence: int
    event_id: str
    time: datetime
    hash: bytes
    encoded: msgspec.Raw
    data: Any
    is_first: bool = False

    @property
    def key(self) -> str:
        """The key of the record that this is about."""
        return self.record.key

    @property
    def state(self) -> State:
        """What the digest keeps of it."""
        minutes = minutes_of(self.data)
        return State(self.record, self.epoch, self.version, self.sequence, self.hash, minutes)

    def again(self) -> Announcement:
        """The same fact, to be announced at another place."""
        minutes = minutes_of(self.data)
        return Announcement(self.type, self.key, self.version, self.encoded, minutes, self.event_id, self.time)


def record_of(event: Event) -> Record:
    """Which record an event is about."""
    return Record(kind_of(event.type), event.subject)


def read_fact(event: Event, record: Record | None = None, *, is_first: bool = False) -> Fact:
    """The fact in an event; raises `Undecodable` where its type or data is not known here."""
    return Fact(
        type=event.type,
        record=record or record_of(event),
        epoch=event.recordepoch,
        version=event.recordversion,
        sequence=event.sequence,
        event_id=event.id,
        time=event.time,
        hash=state_hash(event.type, event.subject, bytes(event.data)),
        encoded=event.data,
        data=contracts.read(event.type, event.data),
        is_first=is_first,
    )
