"""What is a client told of a person?"""

from typing import Any

from sqlalchemy.orm import Session

from federation.accounts.models import Account
from federation.clients.models import Client, Scope
from federation.identity.aliases import aliases_of, resolve

STAFF_ASSURANCE = 2


def claims_of(session: Session, account: Account, *, client: Client, scope: str, assurance: int) -> dict[str, Any]:
    """What the words of `scope` let `client` know; `sub` in any case.

    Who decides about others is told so to the district where they do, and only after two factors (`assurance`).
    """
    words = scope.split()
    claims: dict[str, Any] = {"sub": str(account.id)}
    if Scope.PROFILE in words:
        claims |= {"name": account.name, **_volunteer(session, account)}
    if Scope.ROLES in words and client.district and assurance >= STAFF_ASSURANCE:
        claims["roles"] = [held.role.value for held in account.district_roles if held.district == client.district]
    return claims


def _volunteer(session: Session, account: Account) -> dict[str, Any]:
    if account.volunteer_id is None:
        return {}
    surviving = resolve(session, account.volunteer_id)
    return {"volunteer": surviving, "volunteer_aliases": list(aliases_of(session, surviving))}
