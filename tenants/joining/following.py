"""How does a district learn how the hub holds it with its part, and with its keys?"""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from sync.mailbox.facts import Fact
from tenants.joining.models import Membership, RecognizedKey


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


def follow_recognized_keys(session: Session, _district: str, facts: Sequence[Fact]) -> None:
    """Keeps the newest of `facts` (`SigningKeyPeriod`) about each key."""
    for fact in facts:
        known = session.get(RecognizedKey, fact.key)
        if known is None or (known.epoch, known.version) < (fact.epoch, fact.version):
            session.merge(
                RecognizedKey(
                    key_id=fact.key,
                    not_before=fact.data.not_before,
                    not_after=fact.data.not_after,
                    epoch=fact.epoch,
                    version=fact.version,
                )
            )
