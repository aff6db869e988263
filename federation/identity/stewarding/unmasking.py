"""How does a steward see telephone numbers whole?"""

from datetime import datetime

from sqlalchemy.orm import Session

from federation.identity.history.models import IdentityEventType
from federation.identity.history.writing import Happening, write
from federation.identity.models import Registration
from federation.identity.persons import sealing
from federation.identity.stewarding.finding import review_of
from federation.identity.turns import wait_for_turn
from federation.settings import Settings


def unmask(session: Session, number: int, *, settings: Settings, by: str, at: datetime) -> dict[str, str]:
    """The telephone numbers of the registrations that the review `number` asks about; the history says who looked.

    By registration, where there is one. Raises `NotFound` and, where the review asks nothing any more, `StateForbids`.
    """
    wait_for_turn(session)
    review = review_of(session, number)
    review.refuse_unless_pending()
    numbers = {}
    for registration_id in filter(None, (review.registration_id, review.other_registration_id)):
        held = session.get_one(Registration, registration_id)
        if phone := sealing.unseal(held.person, settings.field_cipher).phone:
            numbers[registration_id] = phone
    looked = [
        Happening(type=IdentityEventType.UNMASKED, registration_id=registration_id, body={"review": number})
        for registration_id in numbers
    ]
    write(session, looked, by=by, at=at)
    return numbers
