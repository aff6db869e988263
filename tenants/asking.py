"""How does somebody here have the district's records compared with the hub's, or sent once more?

Each act is about both streams: what was said here, and what the hub said. The hub learns of it with the next question, or with
the answer to its next beacon.
"""

from sqlalchemy.orm import Session

from sync import streams
from sync.messages.beacon import Verdict
from tenants.errors import StateForbids
from tenants.mailbox import inbox, log, recovery


def compare(session: Session, district: str) -> None:
    """Has the records of both ends compared; what differs is mended by whoever wrote it. Raises `StateForbids`."""
    _refuse_in_recovery(session, district)
    recovery.compare(session, streams.up(district))
    inbox.ask(session, streams.down(district), Verdict.COMPARE)


def replay(session: Session, district: str) -> None:
    """Sends the hub the whole epoch again, and asks it for what is missing here. Raises `StateForbids`."""
    _refuse_in_recovery(session, district)
    log.rewind(session, streams.up(district))
    inbox.ask(session, streams.down(district), Verdict.GAP)


def retry(session: Session, district: str) -> int:
    """Applies again what is parked of the hub's words; gives how many events went through."""
    return inbox.retry(session, streams.down(district))


def _refuse_in_recovery(session: Session, district: str) -> None:
    head = log.lock(session, streams.up(district))
    if head is None:
        raise StateForbids("The district is not set up yet. Its operator does that with: banyan-district setup")
    if head.recovery is not None:
        raise StateForbids("The records are being compared or recovered already. Wait until that is over.")
