"""Which account is meant?"""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from federation.accounts.models import Account, AccountSession, Stewardship
from federation.errors import NotFound


def steward_named(session: Session, username: str) -> Account:
    """The account of this member of the hub's staff; raises `NotFound`."""
    found = session.scalars(select(Account).join(Stewardship).where(Account.username == username)).one_or_none()
    if found is None:
        raise NotFound(f"There is no steward called {username}. See: banyan-hub steward list")
    return found


def stewards(session: Session) -> list[tuple[Account, Stewardship, datetime | None]]:
    """All of the hub's staff by username, each with the role and the moment at which they were last seen."""
    seen = select(func.max(AccountSession.seen_at)).where(AccountSession.account_id == Account.id).scalar_subquery()
    query = select(Account, Stewardship, seen).join(Stewardship).order_by(Account.username)
    return [(account, stewardship, seen_at) for account, stewardship, seen_at in session.execute(query)]
