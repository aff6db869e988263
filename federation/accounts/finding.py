"""Which account is meant?"""

import re
import unicodedata
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ScalarSelect, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from federation.accounts.addresses import read_address
from federation.accounts.contacts.keeping import account_reached_by
from federation.accounts.factors.models import Passkey
from federation.accounts.models import Account, AccountSession, DistrictRole, Stewardship
from federation.errors import NotFound
from federation.settings import Settings
from sync.accounts.usernames import searchable

_SPACED_DIGITS = re.compile(r"[\d\s-]+")


def account_called(session: Session, identifier: str, settings: Settings) -> Account | None:
    """The account of a username, of a volunteer ID however it is spaced, or of a telephone number or e-mail address."""
    name = searchable(normal_identifier(identifier))
    found = session.scalars(select(Account).where(Account.username == name)).one_or_none()
    address = read_address(identifier) if found is None else None
    return account_reached_by(session, address, settings) if address else found


def normal_identifier(identifier: str) -> str:
    """What somebody typed to say who they are, in one form."""
    if address := read_address(identifier):
        return address.value
    plain = unicodedata.normalize("NFKC", identifier).strip()
    return re.sub(r"[\s-]", "", plain) if _SPACED_DIGITS.fullmatch(plain) else plain


def account_named(session: Session, username: str) -> Account:
    """The account that is called so; raises `NotFound`."""
    found = session.scalars(select(Account).where(Account.username == username)).one_or_none()
    if found is None:
        raise NotFound(f"There is no account called {username}. See: banyan-hub steward list, banyan-hub staff list")
    return found


def steward_named(session: Session, username: str) -> Account:
    """The account of this member of the hub's staff; raises `NotFound`."""
    found = session.scalars(select(Account).join(Stewardship).where(Account.username == username)).one_or_none()
    if found is None:
        raise NotFound(f"There is no steward called {username}. See: banyan-hub steward list")
    return found


class StewardFound(NamedTuple):
    """One of the hub's staff: when they were last seen, when they last signed in, and whether they have a second factor.

    The moments are None where no session of theirs is kept any more.
    """

    account: Account
    stewardship: Stewardship
    seen_at: datetime | None
    signed_in_at: datetime | None
    has_second_factor: bool


def stewards(session: Session) -> list[StewardFound]:
    """All of the hub's staff by username."""
    has_passkey = exists().where(Passkey.account_id == Account.id)
    query = (
        select(Account, Stewardship, _last(AccountSession.seen_at), _last(AccountSession.authenticated_at))
        .add_columns(Account.has_second_factor | has_passkey)
        .join(Stewardship)
        .order_by(Account.username)
    )
    return [StewardFound(*found) for found in session.execute(query)]


def district_staff(session: Session) -> list[tuple[Account, DistrictRole, datetime | None]]:
    """Whoever does something at a district, by username and district, and the moment at which they were last seen."""
    query = (
        select(Account, DistrictRole, _last(AccountSession.seen_at))
        .join(DistrictRole)
        .order_by(Account.username, DistrictRole.district)
    )
    return [(account, role, seen_at) for account, role, seen_at in session.execute(query)]


def _last(moment: InstrumentedAttribute[datetime]) -> ScalarSelect[Any]:
    return select(func.max(moment)).where(AccountSession.account_id == Account.id).scalar_subquery()
