"""Does what is to be sent to people leave the hub?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from federation.accounts.addresses import AddressKind
from federation.accounts.sending.models import OutgoingMessage


@dataclass(frozen=True)
class Unsent:
    """How many messages wait, since when the first of them does, and how many were too old before they could be sent.

    Those that came to nothing are counted for as long as it is kept that there was a message.
    """

    waiting: int
    since: datetime | None
    lost: int


def unsent_by_kind(session: Session, *, at: datetime) -> Mapping[AddressKind, Unsent]:
    """For each kind of address."""
    row = OutgoingMessage
    waits = row.expires_at > at
    counted = select(
        row.kind, func.count(case((waits, 1))), func.min(case((waits, row.written_at))), func.count(case((~waits, 1)))
    )
    found = session.execute(counted.where(row.sent_at.is_(None)).group_by(row.kind))
    return dict.fromkeys(AddressKind, Unsent(0, None, 0)) | {kind: Unsent(*figures) for kind, *figures in found}
