"""What is there already between somebody who is signed in and a client?"""

from dataclasses import dataclass

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import Session, lazyload

from federation.accounts.models import AccountSession
from federation.clients.models import Client
from federation.sso.models import ClientSession, Consent

_LETS_KNOW = and_(Consent.account_id == AccountSession.account_id, Consent.client_id == bindparam("client_id"))
_GOES_ON = and_(
    ClientSession.account_session_id == AccountSession.id,
    ClientSession.client_id == bindparam("client_id"),
    ClientSession.ended_at.is_(None),
)
# Built once: that takes longer than to ask it.
_BOTH = (
    select(Consent, ClientSession)
    .select_from(AccountSession)
    .outerjoin(Consent, _LETS_KNOW)
    .outerjoin(ClientSession, _GOES_ON)
    .where(AccountSession.id == bindparam("account_session_id"))
    .order_by(ClientSession.began_at)
    .limit(1)
    .options(lazyload(ClientSession.account_session))
)


@dataclass(frozen=True)
class Standing:
    """What the person has let the client know so far, if only to take it back, and the client's part in the session.

    Either is None where there is nothing of the kind, or nothing that goes on.
    """

    consent: Consent | None
    client_session: ClientSession | None


def standing_of(session: Session, account_session: AccountSession, client: Client) -> Standing:
    """Both, in one look."""
    asked = {"account_session_id": account_session.id, "client_id": client.client_id}
    return Standing(*session.execute(_BOTH, asked).one())
