"""How like must two registrations be, and who decides where they are less?"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.identity.matching.models import MatchingPolicy

MOST_LOOKED_UP = 1_000
"""More registrations are not read under one key, to see that they are too many."""


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The thresholds of one version. Weights are bits: the logarithm to base 2 of the odds that both are one person.

    A machine links from `auto_weight` on, and asks a steward from `review_weight` on; below, they are two persons. Two with
    different resident identity numbers are asked about only from `conflict_weight` on. A registration joins a person only if no
    other one of the person weighs `contradiction_weight` or less against it, and the person has `most_registrations` at most
    then. Two persons whose weights lie within `margin_weight` cannot be told apart by a machine. Where more than
    `most_candidates` share a key, a steward looks.
    """

    version: int = 0
    auto_weight: float = 10
    review_weight: float = 0
    conflict_weight: float = 12
    contradiction_weight: float = -5
    margin_weight: float = 3
    most_registrations: int = 6
    most_candidates: int = 500


SHIPPED = Policy()
"""What counts until a federation sets thresholds of its own: its version is 0."""


_policies = MatchingPolicy.__table__.c
NEWEST_POLICY = select(*(_policies[name] for name in asdict(SHIPPED))).order_by(_policies.version.desc()).limit(1)
"""What `policy_of` reads, where a federation has set thresholds."""


def current_policy(session: Session) -> Policy:
    """The thresholds that count now."""
    return policy_of(session.execute(NEWEST_POLICY).one_or_none() or (None,))


def policy_of(columns: Sequence[Any]) -> Policy:
    """The policy in the columns of `NEWEST_POLICY`, of which the first, its version, is None where none was set."""
    version, *_ = columns
    return SHIPPED if version is None else Policy(**dict(zip(asdict(SHIPPED), columns, strict=True)))


def earlier_policies(session: Session) -> Sequence[MatchingPolicy]:
    """Every version that was set here, the newest first."""
    return session.scalars(select(MatchingPolicy).order_by(MatchingPolicy.version.desc())).all()
