"""How does an operator have a district's records compared with the hub's, or sent once more?

Each act is about both streams: what the district says, and what it is told. The other side learns of it with the answer to
its next beacon.
"""

from sqlalchemy.orm import Session

from federation.directory.taking_part import district_of
from federation.mailbox import log, recovery
from sync import streams
from sync.mailbox.inbox import Inbox
from sync.messages.beacon import Verdict


def compare(session: Session, code: str, *, inbox: Inbox) -> None:
    """Has the records of both ends compared; what differs is mended by whoever wrote it. Raises `NotFound`."""
    district_of(session, code)
    inbox.ask(session, streams.up(code), Verdict.COMPARE)
    log.lock(session, streams.down(code))
    recovery.compare(session, streams.down(code))


def replay(session: Session, code: str, *, inbox: Inbox) -> None:
    """Has the district send again what the hub lacks, and sends it the whole epoch again. Raises `NotFound`."""
    district_of(session, code)
    inbox.ask(session, streams.up(code), Verdict.GAP)
    log.lock(session, streams.down(code))
    log.rewind(session, streams.down(code))


def retry(session: Session, code: str, *, inbox: Inbox) -> int:
    """Applies again what is parked of the district; gives how many events went through. Raises `NotFound`."""
    district_of(session, code)
    return inbox.retry(session, streams.up(code))
