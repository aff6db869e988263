"""Whose is a registration that somebody opened while they were signed in?

The hub needs no proof of the district's for that: it remembers itself whom it signed in there, and which ID it issued to them.
"""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.accounts.models import Account, AccountSession
from federation.clients.models import Client
from federation.identity.aliases import resolve
from federation.sso.models import ClientSession


def signed_in_at(session: Session, district: str, subjects: Collection[str]) -> Mapping[str, str]:
    """The volunteer IDs of those among `subjects` (`Account.id`) who were signed in at the district; of nobody else."""
    ids = [found for subject in subjects if (found := _account_id(subject))]
    query = (
        select(Account.id, Account.volunteer_id)
        .join(AccountSession, AccountSession.account_id == Account.id)
        .join(ClientSession, ClientSession.account_session_id == AccountSession.id)
        .join(Client, Client.client_id == ClientSession.client_id)
        .where(Account.id.in_(ids), Client.district == district)
        .distinct()
    )
    rows = session.execute(query).all()
    return {str(account_id): resolve(session, volunteer_id) for account_id, volunteer_id in rows if volunteer_id}


def _account_id(subject: str) -> UUID | None:
    try:
        return UUID(subject)
    except ValueError:
        return None
