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
"""So many pairs stewards have looked at before a machine links from a lower weight on than is shipped."""
FEWEST_OF_EACH = 100
"""And so many of its links, and of what it would link besides, where there are such."""
MOST_WRONG = 10
"""Of `OF` links of a machine, by these answers."""
MOST_WRONG_OF_ASKED = 100
"""Of `OF` pairs that it would link besides."""
LEAST_AUTO_WEIGHT = 8.0
"""Bits. With less nobody has measured that a machine is right often enough, whatever stewards found."""


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
    if policy.auto_weight < LEAST_AUTO_WEIGHT:
        message = "A machine links from %(least)s bits on at the least."
        raise Invalid(message, field="auto_weight", least=f"{LEAST_AUTO_WEIGHT:g}")
    if policy.auto_weight < min(before.auto_weight, SHIPPED.auto_weight):
        _refuse_unless_right(audit(session, policy.auto_weight), policy.auto_weight)
    session.add(MatchingPolicy(**asdict(policy), by=by, reason=reason, at=at))
    write(session, [Happening(type=IdentityEventType.POLICY_CHANGED, body=asdict(policy) | {"reason": reason})], by=by, at=at)
    return policy


def _refuse_unless_right(found: Audit, auto_weight: float) -> None:
    weight = f"{auto_weight:g}"
    if found.looked_at < FEWEST_ANSWERS:
        raise StateForbids(
            "A machine links from %(weight)s bits on only after stewards have looked at %(fewest)s such pairs and links of "
            "machines. So far they have looked at %(count)s.",
            weight=weight,
            fewest=FEWEST_ANSWERS,
            count=found.looked_at,
        )
    if any(one.pairs and one.looked_at < FEWEST_OF_EACH for one in (found.links, found.asked)):
        raise StateForbids(
            "Stewards have looked at %(links)s links of machines, and at %(asked)s pairs that a machine would link besides "
            "from %(weight)s bits on. %(fewest)s of each are needed.",
            links=found.links.looked_at,
            asked=found.asked.looked_at,
            weight=weight,
            fewest=FEWEST_OF_EACH,
        )
    if found.wrong > MOST_WRONG:
        raise StateForbids(
            "If a machine linked from %(weight)s bits on, %(wrong)s of %(of)s links would be wrong, by what stewards found. "
            "No more than %(most)s may be.",
            **_shares(found.wrong, MOST_WRONG, weight),
        )
    if found.wrong_of_asked > MOST_WRONG_OF_ASKED:
        raise StateForbids(
            "Of what a machine would link besides from %(weight)s bits on, %(wrong)s of %(of)s pairs would be wrong, by what "
            "stewards found. No more than %(most)s may be.",
            **_shares(found.wrong_of_asked, MOST_WRONG_OF_ASKED, weight),
        )


def _shares(wrong: float, most: int, weight: str) -> dict[str, object]:
    return {"wrong": f"{wrong:.2f}", "most": most, "of": OF, "weight": weight}
