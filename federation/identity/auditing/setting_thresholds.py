"""When may other thresholds count?"""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy.orm import Session

from federation.errors import Invalid, ReasonMissing, StateForbids
from federation.identity.auditing.estimating import OF, Audit, audit
from federation.identity.history.models import IdentityEventType
from federation.identity.history.writing import Happening, write
from federation.identity.matching.models import MatchingPolicy
from federation.identity.matching.policies import MOST_LOOKED_UP, SHIPPED, Policy, current_policy
from federation.identity.turns import wait_for_turn

FEWEST_ANSWERS = 500
"""So many reviews were answered before a machine links from a lower weight on than is shipped."""
MOST_WRONG = 10
"""Of `OF` links of a machine, by these answers."""


def change_policy(session: Session, *, by: str, reason: str, at: datetime, **thresholds: float) -> Policy:
    """Lets other `thresholds` count from now on, by the names that they have in `Policy`; the others stay.

    Raises `ReasonMissing` without a reason, `Invalid` where they contradict each other, and `StateForbids` where a machine
    would link from less on than is shipped, and the answers of stewards do not say that it may.
    """
    if not reason.strip():
        raise ReasonMissing("Say why other thresholds are needed.")
    wait_for_turn(session)
    before = current_policy(session)
    policy = Policy(**(asdict(before) | thresholds | {"version": before.version + 1}))
    if not policy.contradiction_weight < policy.review_weight <= policy.auto_weight:
        message = "A contradiction weighs less than what a steward is asked about, and that no more than what a machine links."
        raise Invalid(message, field="auto_weight")
    if policy.most_registrations < 1 or not 1 <= policy.most_candidates < MOST_LOOKED_UP:
        message = "There must be room for one registration and one candidate at least, and for fewer candidates than are read."
        raise Invalid(message, field="most_registrations")
    if policy.auto_weight < min(before.auto_weight, SHIPPED.auto_weight):
        _refuse_unless_right(audit(session, policy.auto_weight), policy.auto_weight)
    session.add(MatchingPolicy(**asdict(policy), by=by, reason=reason, at=at))
    write(session, [Happening(type=IdentityEventType.POLICY_CHANGED, body=asdict(policy) | {"reason": reason})], by=by, at=at)
    return policy


def _refuse_unless_right(found: Audit, auto_weight: float) -> None:
    if found.answers < FEWEST_ANSWERS or found.wrong is None:
        raise StateForbids(
            "A machine links from %(weight)s bits on only after stewards have looked at %(fewest)s of such pairs and of its "
            "links, some of each. So far they have looked at %(answers)s.",
            weight=f"{auto_weight:g}",
            fewest=FEWEST_ANSWERS,
            answers=found.answers,
        )
    if found.wrong > MOST_WRONG:
        raise StateForbids(
            "Of %(of)s links of a machine that links from %(weight)s bits on, %(wrong)s would be wrong, by what stewards "
            "answered. No more than %(most)s may be.",
            weight=f"{auto_weight:g}",
            wrong=f"{found.wrong:.1f}",
            of=OF,
            most=MOST_WRONG,
        )
