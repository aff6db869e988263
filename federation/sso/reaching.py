"""How does a person's sign-in reach a client?"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import lazyload

from federation.accounts.models import AccountSession, SecurityEventKind
from federation.clients.models import Client
from federation.sso.calls import Call
from federation.sso.models import ClientSession


@dataclass(frozen=True)
class Reached:
    """Somebody who is signed in at the hub is signed in at a client as well."""

    account_session: AccountSession
    client_session: ClientSession


def reach(call: Call, client: Client, account_session: AccountSession) -> Reached:
    """The client's part in the session; a new one where it has none that goes on."""
    row = ClientSession
    here = (row.account_session_id == account_session.id, row.client_id == client.client_id, row.ended_at.is_(None))
    known = lazyload(row.account_session)
    found = call.session.scalars(select(row).where(*here).options(known).order_by(row.began_at).limit(1)).first()
    return Reached(account_session, found or _begin(call, client, account_session, at=call.at))


def _begin(call: Call, client: Client, account_session: AccountSession, *, at: datetime) -> ClientSession:
    begun = ClientSession(account_session=account_session, client=client, began_at=at)
    call.session.add(begun)
    call.note(SecurityEventKind.DISTRICT_ENTERED, client=client, account=account_session.account)
    return begun
