"""How does a district learn that its part was suspended, goes on, or has ended?"""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from sync.facts import Fact
from tenants.joining.models import Membership


def follow_membership(session: Session, district: str, facts: Sequence[Fact]) -> None:
    """Keeps the newest of `facts` (`MembershipState`)."""
    newest = max(facts, key=lambda fact: (fact.epoch, fact.version))
    known = session.get(Membership, district)
    if known is not None and (known.epoch, known.version) >= (newest.epoch, newest.version):
        return
    session.merge(
        Membership(
            district=district,
            state=newest.data.state,
            reason=newest.data.reason,
            since=newest.data.since,
            epoch=newest.epoch,
            version=newest.version,
        )
    )
