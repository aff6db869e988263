"""What has to be read of a session to say whether it opens its account?

No more than that: a whole session with its account and all that its owner may do takes several times as long to read.
"""

from sqlalchemy import or_, select

from federation.accounts.models import Account, AccountSession, DistrictRole, Stewardship

_IS_STAFF = or_(
    select(Stewardship).where(Stewardship.account_id == AccountSession.account_id).exists(),
    select(DistrictRole).where(DistrictRole.account_id == AccountSession.account_id).exists(),
)

OPENING = (
    AccountSession.began_at,
    AccountSession.authenticated_at,
    AccountSession.seen_at,
    AccountSession.ended_at,
    AccountSession.methods,
    Account.active,
    Account.must_change_password,
    Account.has_second_factor,
    _IS_STAFF.label("is_staff"),
)
"""The columns of an `Opening`, in its order, of a join of `AccountSession` and `Account`."""
