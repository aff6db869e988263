"""By what are registrations judged at this moment?"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.identity.matching.frequencies import Frequencies
from federation.identity.matching.model import Model, default_model, read_model
from federation.identity.matching.models import MatchingModel
from federation.identity.matching.policies import Policy, current_policy
from federation.identity.matching.scoring import Score, score
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
    query = select(MatchingModel.body).order_by(MatchingModel.number.desc()).limit(1)
    body = session.scalars(query).one_or_none()
    return read_model(body.encode()) if body is not None else default_model()


def current_judge(session: Session, frequencies: Frequencies) -> Judge:
    """Who judges in this transaction."""
    return Judge(current_model(session), current_policy(session), frequencies)
