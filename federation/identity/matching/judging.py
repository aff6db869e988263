"""By what are registrations judged at this moment?"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import func, literal, select, true
from sqlalchemy.orm import Session

from federation.identity.matching.counting import read_counts
from federation.identity.matching.frequencies import Frequencies
from federation.identity.matching.model import Model, default_model, read_model
from federation.identity.matching.models import MatchingModel
from federation.identity.matching.policies import NEWEST_POLICY, Policy, policy_of
from federation.identity.matching.scoring import Score, score
from federation.identity.models import PersonTotal
from federation.identity.persons.features import Features


@dataclass(frozen=True)
class Judge:
    """A model and thresholds, in a register of which `frequencies` tells how common things are."""

    model: Model
    policy: Policy
    frequencies: Frequencies

    def score(self, one: Features, other: Features) -> Score:
        """How like two registrations are."""
        return score(self.model, one, other, self.frequencies)


def current_model(session: Session) -> Model:
    """The model that was learnt here last or, until there is one, that comes with the program."""
    return _model_of(session.execute(_newest_model).scalar_one_or_none())


def current_judge(session: Session, about: Iterable[Features], *, key: bytes) -> Judge:
    """Who judges the registrations `about` in this transaction."""
    body, records, *thresholds = session.execute(_standing).one()
    return Judge(_model_of(body), policy_of(thresholds), Frequencies(int(records), read_counts(session, about, key=key)))


_models: Any = MatchingModel.__table__
_newest_model = select(_models.c.body).order_by(_models.c.number.desc()).limit(1)
_records = select(func.coalesce(func.sum(PersonTotal.__table__.c.registrations), 0))
_policy = NEWEST_POLICY.subquery()
# Asked at once: this comes before every registration that comes alone.
_standing = select(_newest_model.scalar_subquery(), _records.scalar_subquery(), *_policy.c).select_from(
    select(literal(1).label("one")).subquery().outerjoin(_policy, true())
)


def _model_of(body: str | None) -> Model:
    return _read(body) if body is not None else default_model()


# The same text is the same model, whoever wrote it and when.
_read = lru_cache(maxsize=2)(read_model)
