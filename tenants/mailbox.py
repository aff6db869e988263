"""What does a district say to the hub, and how far have the two come?"""

from datetime import datetime
from functools import partial

from joserfc.jwk import OKPKey
from sqlalchemy.orm import Session

from sync import streams
from sync.mailbox.applying import Applier, ParkedRecordColumns
from sync.mailbox.archive import Archive, ReceivedBatchColumns
from sync.mailbox.digest import Digest, DigestSumColumns, RecordStateColumns
from sync.mailbox.evidence import Evidence
from sync.mailbox.inbox import Inbox, StreamCursorColumns
from sync.mailbox.incarnation import Incarnation, IncarnationColumns
from sync.mailbox.log import Log, StreamHeadColumns, WrittenBatchColumns
from sync.mailbox.quarantine import Quarantine, QuarantinedMessageColumns
from sync.mailbox.recovery import Recovery
from tenants.db import Model, db
from tenants.intake import HANDLERS, RESTORERS, when_the_hub_begins_anew


class StreamHead(StreamHeadColumns, Model):
    """The stream to the hub."""

    __tablename__ = "stream_head"


class WrittenBatch(WrittenBatchColumns, Model):
    """What was said to the hub."""

    __tablename__ = "written_batch"


class StreamCursor(StreamCursorColumns, Model):
    """How far this district has followed the hub."""

    __tablename__ = "stream_cursor"


class ReceivedBatch(ReceivedBatchColumns, Model):
    """What the hub said."""

    __tablename__ = "received_batch"


class RecordState(RecordStateColumns, Model):
    """The newest state of every record that was told to the other side, or by it."""

    __tablename__ = "record_state"


class DigestSum(DigestSumColumns, Model):
    """What those states add up to."""

    __tablename__ = "digest_sum"


class IncarnationMarker(IncarnationColumns, Model):
    """By what this database is told from an older state of itself, and from a copy."""

    __tablename__ = "incarnation"


class ParkedRecord(ParkedRecordColumns, Model):
    """What the hub said and could not be applied here."""

    __tablename__ = "parked_record"


class QuarantinedMessage(QuarantinedMessageColumns, Model):
    """What came over the bus and was no word of the hub's."""

    __tablename__ = "quarantined_message"


def source(stream: str) -> str:
    """The CloudEvents source of what a district says."""
    return f"/districts/{streams.district_of(stream)}"


class HubKey:
    """The one foreign key that a district trusts (a `sync.messages.signing.KeyRing`)."""

    def __init__(self, key: OKPKey) -> None:
        self._key = key

    def public_key(self, *, sender: str, key_id: str, at: datetime) -> OKPKey | None:
        """The hub's key, if it is that one which is asked for."""
        return self._key if sender == streams.HUB and key_id == self._key.kid else None


incarnation = Incarnation(IncarnationMarker)
digest = Digest(RecordState, DigestSum)
log = Log(StreamHead, WrittenBatch, digest, source=source)
log.listen(db.session)
recovery = Recovery(log, digest, RESTORERS)
inbox = Inbox(
    cursors=StreamCursor,
    archive=Archive(ReceivedBatch),
    digest=digest,
    applier=Applier(ParkedRecord, digest, HANDLERS),
    quarantine=Quarantine(QuarantinedMessage),
    recovery=recovery,
    renewed=partial(when_the_hub_begins_anew, log=log),
)
evidence = Evidence(heads=StreamHead, cursors=StreamCursor, digest=digest, parked=ParkedRecord, quarantined=QuarantinedMessage)


def open_streams(session: Session, district: str) -> None:
    """Begins the stream to the hub and follows the hub's; streams that are open stay as they are."""
    log.open_stream(session, streams.up(district))
    inbox.open_stream(session, streams.down(district))
