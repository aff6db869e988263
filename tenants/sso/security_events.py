"""What happened that whoever watches over the district's accounts has to see?"""

from datetime import datetime
from typing import Any

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
