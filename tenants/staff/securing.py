"""How does an account stay in the hands of those whom it is for?"""

from sqlalchemy.orm import Session

from sync.accounts.passwords import MIN_PASSWORD_LENGTH, hash_of
from tenants.errors import Invalid
from tenants.staff.models import StaffMember
from tenants.staff.tokens import withdraw_tokens_of


def new_hash(password: str) -> str:
    """What to keep of a new password; raises `Invalid` where it is too short."""
    if len(password) < MIN_PASSWORD_LENGTH:
        raise Invalid(f"A password needs at least {MIN_PASSWORD_LENGTH} characters.", field="password")
    return hash_of(password)


def change_password(session: Session, staff: StaffMember, password: str) -> None:
    """Sets a new password and ends every session and token that the account has; raises `Invalid` where it is too short."""
    staff.password_hash = new_hash(password)
    staff.end_sessions()
    withdraw_tokens_of(session, staff)


def close_account(session: Session, staff: StaffMember) -> None:
    """Ends every session and token that the account has, and lets nobody sign in with it; what was done with it stays."""
    staff.active = False
    staff.end_sessions()
    withdraw_tokens_of(session, staff)
