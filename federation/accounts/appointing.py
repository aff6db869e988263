"""How does somebody come to be of the hub's staff?"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.accounts.models import Account, Role
from federation.errors import Invalid
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
    account.appoint(role, by=by, at=at)
    session.add(account)
    return account
