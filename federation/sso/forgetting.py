"""What of sign-ins is kept no longer?

What hangs on a session goes with it, long after its end. What is let go of here is of no use much earlier.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from federation.sso import asking
from federation.sso.models import AccessToken, ClientAssertion, RefreshToken

# For so long it can be seen what became of a token.
_KEPT_FOR = timedelta(days=1)


def forget(session: Session, *, at: datetime) -> None:
    """Lets go of requests that nobody came back for, of assertions that cannot be shown again, and of expired tokens."""
    asking.forget(session, at=at)
    session.execute(delete(ClientAssertion).where(ClientAssertion.expires_at <= at))
    for token in (AccessToken, RefreshToken):
        session.execute(delete(token).where(token.expires_at <= at - _KEPT_FOR))
