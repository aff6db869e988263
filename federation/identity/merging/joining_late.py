"""Whose is somebody after all who was alone when a registration came that tells?

Somebody came who was like nobody, or not enough like anybody, and so is a person of one registration. Then comes another that
joins somebody, and is certainly this one as well: what nobody could tell at first, a machine can tell now.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from federation.identity.history.models import IdentityEventType
from federation.identity.history.reading import has_moved
from federation.identity.history.writing import Happening
from federation.identity.linking.linking import REASONS, RULE, evidence_of, look_again
from federation.identity.matching.deciding import Asked, ReviewKind
from federation.identity.merging.acts import Act
from federation.identity.merging.members import person_of, volunteer_id_of
from federation.identity.merging.merging import take_over
from federation.identity.reviews.drawing import is_sampled
from federation.identity.reviews.opening import Question, open_reviews
from federation.settings import Settings


def join_late(session: Session, registration_id: str, *, settings: Settings, at: datetime) -> bool:
    """Lets a registration that is a person of its own join whom it would join if it came only now; gives whether it did.

    It stays where it would join nobody, and where somebody has decided about it before: its link is verified, or it has moved,
    if only there and back. Its own link alone moves, and its ID leads to the person, so that nobody else's registrations come
    under another ID by a machine. It is an act, which can be taken back like a steward's.
    """
    person = person_of(session, registration_id, settings=settings)
    if person.is_verified or has_moved(session, registration_id):
        return False
    [member] = person.members
    decision, judge = look_again(session, member.known, volunteer_id=person.volunteer_id, settings=settings)
    joined = decision.join
    if joined is None:
        return False
    to, because, model = volunteer_id_of(session, joined.other.registration_id), REASONS[joined.finding], judge.model.version
    body = {"loser": person.volunteer_id, "reason": because, "seconded_by": None, "documents_differ": False}
    act = Act(session, by=RULE, at=at)
    act.note(Happening(type=IdentityEventType.MERGED, volunteer_id=to, body=body | evidence_of(joined, judge)))
    take_over(act, person, to=to, because=because, weight=joined.score.weight, model_version=model)
    if is_sampled(registration_id):
        sample = Question(registration_id, Asked(ReviewKind.SAMPLE, joined))
        for opened in open_reviews(session, [sample], model_version=model, policy_version=judge.policy.version, at=at):
            act.note(opened)
    act.finish()
    return True
