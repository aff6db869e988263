"""How does somebody come to be of the hub's staff?"""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.accounts.models import Account, DistrictDuty, DistrictRole, Role, SecurityEventKind, Stewardship
from federation.accounts.security_events import note
from federation.accounts.visits import TERMINAL, Visit
from federation.errors import Invalid, StateForbids
from sync.accounts.usernames import LONGEST_NAME, USERNAME_FORM, is_username


def add_steward(
    session: Session,
    *,
    username: str,
    name: str,
    role: Role,
    password_hash: str,
    must_change_password: bool,
    by: str,
    at: datetime,
) -> Account:
    """A new account of the hub's staff; raises `Invalid` where a name cannot stand or is taken."""
    account = add_account(
        session, username=username, name=name, password_hash=password_hash, must_change_password=must_change_password, at=at
    )
    appoint_steward(session, account, role, by=by, at=at)
    return account


def add_account(
    session: Session, *, username: str, name: str, password_hash: str, must_change_password: bool, at: datetime
) -> Account:
    """A new account of somebody who does something at the hub or in a district; raises `Invalid` as above."""
    if not is_username(username):
        raise Invalid(f"{username!r} is no name to sign in with. Choose {USERNAME_FORM}.", field="username")
    if not name.strip() or len(name) > LONGEST_NAME:
        raise Invalid(f"Give the person's name in at most {LONGEST_NAME} characters.", field="name")
    if session.scalars(select(Account.id).where(Account.username == username)).first():
        raise Invalid(f"There is an account called {username} already.", field="username")
    account = Account(
        username=username,
        name=name.strip(),
        password_hash=password_hash,
        must_change_password=must_change_password,
        created_at=at,
    )
    session.add(account)
    session.flush()
    return account


def appoint_steward(
    session: Session,
    account: Account,
    role: Role,
    *,
    by: str,
    at: datetime,
    actor: Account | None = None,
    reason: str = "",
    visit: Visit = TERMINAL,
) -> None:
    """Makes it one of the hub's staff, or gives it another role there; `actor` is the lead who does so, and `reason` why.

    Raises `Invalid` where it has this role, and `StateForbids` where nobody can sign in with it, or no lead would be left.
    """
    if account.role is not role:
        _refuse_to_lose_last_lead(session, account)
    account.appoint(role, by=by, at=at)
    told = visit.told | _why(reason)
    note(session, SecurityEventKind.ROLE_GIVEN, account=account, actor=actor, at=at, by=by, role=role, **told)


def withdraw_steward(
    session: Session, account: Account, *, by: str, at: datetime, actor: Account, reason: str, visit: Visit
) -> None:
    """It is not of the hub's staff any more, says the lead `actor`; what was decided with it stays.

    Raises `StateForbids` where it was not, or no lead would be left.
    """
    role = account.role
    _refuse_to_lose_last_lead(session, account)
    account.withdraw()
    told = visit.told | _why(reason)
    note(session, SecurityEventKind.ROLE_TAKEN, account=account, actor=actor, at=at, by=by, role=role, **told)


def is_last_lead(session: Session, account: Account) -> bool:
    """Whether it is a lead's, and nobody else who can sign in is one."""
    if account.role is not Role.LEAD:
        return False
    others = select(Account.id).join(Stewardship).where(Stewardship.role == Role.LEAD, Account.active, Account.id != account.id)
    return session.scalars(others.limit(1)).first() is None


def appoint_in_district(
    session: Session, account: Account, duty: DistrictDuty, *, district: str, by: str, at: datetime
) -> None:
    """Lets somebody do something at a district, which narrows it; raises `Invalid` where they do it already."""
    held = next((role for role in account.district_roles if role.district == district), None)
    if held and held.role is duty:
        raise Invalid(f"{account.username} is {duty} of {district} already.", field="role")
    if held is None:
        held = DistrictRole(district=district)
        account.district_roles.append(held)
    held.role, held.given_by, held.given_at = duty, by, at
    note(session, SecurityEventKind.ROLE_GIVEN, account=account, at=at, by=by, district=district, role=duty)


def dismiss_from_district(session: Session, account: Account, *, district: str, by: str, at: datetime) -> None:
    """They do nothing at a district any more; raises `Invalid` where they did not."""
    held = next((role for role in account.district_roles if role.district == district), None)
    if held is None:
        raise Invalid(f"{account.username} does nothing at {district}.", field="district")
    account.district_roles.remove(held)
    note(session, SecurityEventKind.ROLE_TAKEN, account=account, at=at, by=by, district=district, role=held.role)


def _refuse_to_lose_last_lead(session: Session, account: Account) -> None:
    # Two leads who withdraw each other at the same moment take turns.
    leads = select(Stewardship.account_id).where(Stewardship.role == Role.LEAD).order_by(Stewardship.account_id)
    session.execute(leads.with_for_update())
    if is_last_lead(session, account):
        raise StateForbids("This is the last lead who can sign in. Make somebody else a lead first.")


def _why(reason: str) -> dict[str, Any]:
    return {"reason": reason} if reason else {}
