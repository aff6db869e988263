"""What happened that whoever watches over the district's accounts has to see?"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from tenants.sso.models import LONGEST_ADDRESS, SecurityEvent, SecurityEventKind


def note(
    session: Session,
    kind: SecurityEventKind,
    *,
    address: str,
    at: datetime,
    actor: str | None = None,
    subject: str | None = None,
    **detail: Any,
) -> None:
    """Writes down what happened; `address` is where the request came from. `detail` holds no secret."""
    session.add(SecurityEvent(at=at, kind=kind, actor=actor, subject=subject, address=address[:LONGEST_ADDRESS], detail=detail))


def forget(session: Session, *, days: int, at: datetime) -> None:
    """Lets go of what happened more than so many days ago; nothing else takes an event away, and nothing changes one."""
    session.execute(delete(SecurityEvent).where(SecurityEvent.at <= at - timedelta(days=days)))
