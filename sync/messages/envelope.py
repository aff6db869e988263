"""What wraps a fact on its way from one side to the other?

An event is a past-tense fact about one record: the record's whole state, never a difference. Attribute names are those of
CloudEvents 1.0 (https://github.com/cloudevents/spec); `sequence`, `recordepoch` and `recordversion` are extension attributes.
"""

from datetime import datetime
from typing import Annotated

import msgspec

from sync.errors import Undecodable

SPEC_VERSION = "1.0"
MAX_NAME_LENGTH = 80

# What both databases take as a name: PostgreSQL stores no text with a null character in it. The pattern only tells that to
# readers of the schema: looking for it in every event took twice as long as all the rest of reading one.
_NULL = "\x00"
_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_NAME_LENGTH, extra_json_schema={"pattern": r"^[^\x00]*$"})]


class Event(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One event as it stands in a log and on the wire, encoded as a single line of JSON.

    `subject` is the key of the record that the event is about. (`recordepoch`, `recordversion`) orders the versions of one
    record: the receiver keeps the newest. `data` is the record's state, still encoded; its shape is the contract of `type`.
    `type` and `subject` have 1 to `MAX_NAME_LENGTH` characters.
    """

    specversion: str = SPEC_VERSION
    id: str
    source: str
    type: _Name
    subject: _Name
    time: Annotated[datetime, msgspec.Meta(tz=True)]
    sequence: int
    recordepoch: int
    recordversion: int
    traceparent: str | None = None
    data: msgspec.Raw


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Event)


def encode(event: Event) -> bytes:
    """The bytes that are hashed, stored and sent. JSON escapes line breaks, so they never contain one."""
    return _encoder.encode(event)


def decode(line: bytes) -> Event:
    """The event in one line; raises `Undecodable` where it is none."""
    try:
        event = _decoder.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Undecodable(f"an event does not have the expected shape: {error}") from error
    if _NULL in event.type or _NULL in event.subject:
        raise Undecodable("an event has a null character in its type or subject")
    if event.specversion != SPEC_VERSION:
        raise Undecodable(f"CloudEvents {event.specversion} is not known here")
    return event


def encode_data(data: msgspec.Struct) -> msgspec.Raw:
    """A contract's fields, ready for `Event.data`."""
    return msgspec.Raw(_encoder.encode(data))
