"""What does the hub say to the districts, and how far has it followed each of them?"""

from sqlalchemy.orm import Session

from federation.db import Model, db
from sync import streams
from sync.mailbox.applying import ParkedRecordColumns
from sync.mailbox.archive import ReceivedBatchColumns
from sync.mailbox.digest import Digest, DigestSumColumns, RecordStateColumns
from sync.mailbox.evidence import Evidence
from sync.mailbox.inbox import StreamCursorColumns
from sync.mailbox.incarnation import Incarnation, IncarnationColumns
from sync.mailbox.log import Log, StreamHeadColumns, WrittenBatchColumns
from sync.mailbox.quarantine import QuarantinedMessageColumns
from sync.mailbox.recovery import Recovery
from sync.messages.batch import Packed

SOURCE = "/hub"


class StreamHead(StreamHeadColumns, Model):
    """The stream to a district."""

    __tablename__ = "stream_head"


class WrittenBatch(WrittenBatchColumns, Model):
    """What was said to a district."""

    __tablename__ = "written_batch"


class StreamCursor(StreamCursorColumns, Model):
    """How far the hub has followed a district."""

    __tablename__ = "stream_cursor"


class ReceivedBatch(ReceivedBatchColumns, Model):
    """What a district said."""

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
    """What a district said and could not be applied here."""

    __tablename__ = "parked_record"


class QuarantinedMessage(QuarantinedMessageColumns, Model):
    """What came over the bus and was no district's word."""

    __tablename__ = "quarantined_message"


def source(_stream: str) -> str:
    """The CloudEvents source of what the hub says, to whichever district."""
    return SOURCE


def said_to(session: Session, district: str, *, epoch: int, after: int) -> Packed | None:
    """What the hub said to `district` behind event `after` of `epoch`, or from the beginning of an epoch after that one."""
    stream = streams.down(district)
    [current] = [head.epoch for head in log.heads(session) if head.stream == stream]
    batch = log.read(session, stream, epoch=epoch, after=after)
    return log.read(session, stream, epoch=current, after=0) if batch is None and epoch < current else batch


incarnation = Incarnation(IncarnationMarker)
digest = Digest(RecordState, DigestSum)
log = Log(StreamHead, WrittenBatch, digest, source=source)
log.listen(db.session)
recovery = Recovery(log, digest)
evidence = Evidence(heads=StreamHead, cursors=StreamCursor, digest=digest, parked=ParkedRecord, quarantined=QuarantinedMessage)
