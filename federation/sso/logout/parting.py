"""How do everybody's sign-ins at one client end?"""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from federation.accounts import security_events
from federation.accounts.models import SecurityEventKind
from federation.clients.models import Client
from federation.sso.models import ClientSession


def sign_everybody_out(session: Session, client: Client, *, by: str, at: datetime) -> int:
    """Ends what of everybody's sessions reaches `client`, and with it every code and token that it has; gives their number.

    People stay signed in at the hub and at others, and the client is told as of any sign-out.
    """
    row = ClientSession
    ending = update(row).where(row.client_id == client.client_id, row.ended_at.is_(None)).values(ended_at=at)
    ended = len(session.scalars(ending.returning(row.id)).all())
    kind = SecurityEventKind.SESSION_ENDED
    security_events.note(session, kind, account=None, client=client.client_id, at=at, by=by, sessions=ended)
    return ended
