"""What does a person let which client know?"""

import uuid
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.accounts.models import Account, AccountSession, SecurityEventKind
from federation.clients.models import Client
from federation.errors import NotFound
from federation.sso.calls import Call
from federation.sso.models import ClientSession, Consent

# That a consent is in use is written down when the last note of it is this old, not with every sign-in.
_FRESH = timedelta(hours=1)


def has_to_be_asked(consent: Consent | None, client: Client, scope: str) -> bool:
    """Whether the client, which has this consent, may not learn what `scope` names before the person says so.

    The city's own clients need not ask, unless the person has taken back what they let them know.
    """
    if consent is None:
        return not client.first_party
    return not consent.covers(scope) and (not client.first_party or consent.withdrawn_at is not None)


def use(call: Call, consent: Consent | None, account_id: uuid.UUID, client: Client, scope: str, *, asked: bool) -> None:
    """Writes down that the client, which has this consent, learns this of the person, who was `asked` or need not be."""
    if consent is None:
        consent = Consent(account_id=account_id, client_id=client.client_id, scope="", withdrawn_at=None)
        call.session.add(consent)
    if asked or not consent.covers(scope):
        consent.give(scope, asked=asked, at=call.at)
        call.note(SecurityEventKind.CONSENTED, client=client, account_id=account_id, asked=str(asked).lower())
    elif call.at - consent.used_at > _FRESH:
        consent.used_at = call.at


def given(session: Session, account: Account) -> list[Consent]:
    """What the person lets clients know, the last used first."""
    query = select(Consent).where(Consent.account_id == account.id, Consent.withdrawn_at.is_(None))
    return list(session.scalars(query.order_by(Consent.used_at.desc())))


def withdraw(call: Call, account: Account, client_id: str) -> None:
    """Takes it back: the client's tokens open nothing more, and it is told to sign the person out. Raises `NotFound`."""
    consent = call.session.get(Consent, (account.id, client_id))
    if consent is None or consent.withdrawn_at is not None:
        raise NotFound("You do not let this program know anything.")
    consent.withdraw(at=call.at)
    row = ClientSession
    theirs = select(row).join(AccountSession).where(AccountSession.account_id == account.id)
    for one in call.session.scalars(theirs.where(row.client_id == client_id, row.ended_at.is_(None))):
        one.end(at=call.at)
    call.note(SecurityEventKind.CONSENT_WITHDRAWN, client=consent.client, account_id=account.id)
