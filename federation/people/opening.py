"""How does a volunteer get an account?"""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from federation.accounts.addresses import Address
from federation.accounts.contacts.keeping import add_contact
from federation.accounts.models import Account, SecurityEventKind
from federation.accounts.naming import seal_name
from federation.accounts.security_events import note
from federation.accounts.visits import Visit
from federation.errors import StateForbids
from federation.identity.linking.issuing import unused_ids
from federation.people.knowing import Known, account_of
from federation.settings import Settings


def open_account(
    session: Session,
    *,
    name: str,
    password_hash: str,
    address: Address | None,
    known: Known | None,
    visit: Visit,
    settings: Settings,
    at: datetime,
) -> Account:
    """An account of somebody who has shown that they have `address`, and that they are `known`, where a district knows them.

    Whom no district knows gets a volunteer ID here: a person at the hub they become with their first registration. Raises
    `Invalid`, or `StateForbids` where somebody has this person's account.
    """
    if known and account_of(session, known.volunteer_id):
        raise StateForbids("You have an account already. Sign in with it, or choose a new password if you forgot it.")
    volunteer_id = known.volunteer_id if known else unused_ids(session, 1, province=settings.province)[0]
    account = Account(
        username=volunteer_id,
        name="",
        sealed_name=seal_name(name, settings),
        password_hash=password_hash,
        must_change_password=False,
        created_at=at,
        volunteer_id=volunteer_id,
    )
    session.add(account)
    session.flush()
    if address:
        add_contact(session, account, address, settings=settings, at=at)
    kind = SecurityEventKind.CLAIMED if known else SecurityEventKind.SIGNED_UP
    told: dict[str, Any] = visit.told | ({"district": known.district} if known else {})
    note(session, kind, account=account, actor=account, at=at, **told)
    return account
