"""Which sign-outs does a client not know of yet?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVarTuple

from sqlalchemy import Select, func, select, union
from sqlalchemy.orm import Session

from federation.accounts.models import AccountSession
from federation.clients.models import Client
from federation.sso.models import ClientSession

_Columns = TypeVarTuple("_Columns")

TOLD_FOR = timedelta(days=1)
"""How long a client is told again that does not take it. By then every session that it has is over by itself."""


@dataclass(frozen=True)
class Untold:
    """How many sign-outs a client does not know of, and when the first of them was."""

    count: int
    since: datetime


def untold(query: Select[*_Columns], *, at: datetime) -> Select[*_Columns]:
    """Narrows a query over the clients' sessions to those that have ended of late, of which the client does not know."""
    row, since = ClientSession, at - TOLD_FOR
    ended = union(
        select(row.id).where(row.ended_at > since),
        select(row.id).join(AccountSession).where(AccountSession.ended_at > since),
    )
    return query.join(Client, Client.client_id == row.client_id).where(
        row.id.in_(ended.scalar_subquery()), row.told_at.is_(None), Client.backchannel_logout_uri.is_not(None)
    )


def untold_by_client(session: Session, *, at: datetime) -> Mapping[str, Untold]:
    """By the client's id, where there is something."""
    row = ClientSession
    first = func.min(func.coalesce(row.ended_at, AccountSession.ended_at))
    counted = select(row.client_id, func.count(), first).join(AccountSession, AccountSession.id == row.account_session_id)
    found = session.execute(untold(counted, at=at).group_by(row.client_id))
    return {client_id: Untold(count, since) for client_id, count, since in found}
