"""What is a client told of a person?"""

from typing import Any

from sqlalchemy.orm import Session

from federation.accounts.addresses import AddressKind
from federation.accounts.contacts.keeping import addresses_of
from federation.accounts.models import Account
from federation.accounts.naming import name_of
from federation.clients.models import Client, Scope
from federation.identity.aliases import aliases_of, resolve
from federation.settings import Settings

STAFF_ASSURANCE = 2


def claims_of(
    session: Session, account: Account, *, client: Client, scope: str, assurance: int, settings: Settings
) -> dict[str, Any]:
    """What the words of `scope` let `client` know; `sub` in any case.

    Who decides about others is told so to the district where they do, and only after two factors (`assurance`).
    """
    words = scope.split()
    claims: dict[str, Any] = {"sub": str(account.id)}
    if Scope.PROFILE in words:
        claims |= {"name": name_of(account, settings), **_volunteer(session, account)}
    for word, kind, claim in ((Scope.EMAIL, AddressKind.EMAIL, "email"), (Scope.PHONE, AddressKind.PHONE, "phone_number")):
        if word in words and (reached := addresses_of(session, account, settings=settings, kind=kind)):
            claims |= {claim: reached[0].worldwide, f"{claim}_verified": True}
    if Scope.ROLES in words and client.district and assurance >= STAFF_ASSURANCE:
        claims["roles"] = [held.role.value for held in account.district_roles if held.district == client.district]
    return claims


def _volunteer(session: Session, account: Account) -> dict[str, Any]:
    if account.volunteer_id is None:
        return {}
    surviving = resolve(session, account.volunteer_id)
    return {"volunteer_id": surviving, "former_volunteer_ids": list(aliases_of(session, surviving))}
