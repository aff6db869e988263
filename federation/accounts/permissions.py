"""What may a member of the hub's staff do?"""

from enum import StrEnum

from federation.accounts.models import Account, Role
from federation.errors import NotAllowed


class Permission(StrEnum):
    """What can be allowed to a role."""

    REVIEW = "review"
    """To decide whether registrations are one person."""
    OVERRULE = "overrule"
    """To take back what binds machine and stewards alike: that two registrations are never one person."""

    ACCEPT_UNSEEN = "accept_unseen"
    """To say of many reviews at once that each is about one person, after a sample of them."""

    SET_THRESHOLDS = "set_thresholds"
    """To say how like two registrations must be for a machine to link them, and for a steward to be asked."""

    APPOINT = "appoint"
    """To say who is of the hub's staff, and in which role."""


_GRANTS = {
    Role.STEWARD: {Permission.REVIEW},
    Role.LEAD: set(Permission),
}


def permissions_of(account: Account) -> set[Permission]:
    """All that the account's role allows; nothing where it has none, or is disabled."""
    return _GRANTS[account.role] if account.active and account.role else set()


def require(account: Account, permission: Permission) -> None:
    """Raises `NotAllowed` unless the account's role allows this."""
    if permission not in permissions_of(account):
        raise NotAllowed("Your role does not allow this. Ask a lead of the hub's stewards.")
