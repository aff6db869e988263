"""What does the hub ask a district about one of the district's own registrations, and what is answered?"""

from datetime import datetime
from typing import Annotated

import msgspec

IDENTITY_QUESTION_ASKED = "identity_question.asked.v1"
IDENTITY_QUESTION_ANSWERED = "identity_question.answered.v1"

Moment = Annotated[datetime, msgspec.Meta(tz=True)]
Topic = Annotated[str, msgspec.Meta(pattern="^(document|person)$")]
State = Annotated[str, msgspec.Meta(pattern="^(open|withdrawn|used)$")]
Answer = Annotated[str, msgspec.Meta(pattern="^(confirmed|corrected|not_theirs|elsewhere|only_here|unknown)$")]


class IdentityQuestionState(msgspec.Struct, frozen=True, kw_only=True):
    """A question to the district whose registration it is about; nothing of another district's is told.

    `document`: does the registration say what the person's document says? `person`: does the person say that they are
    registered in another district as well? It is `open` until it is `withdrawn`, or its answer was `used` and stands.
    """

    question_id: str
    registration_id: str
    topic: Topic
    asked_at: Moment
    state: State


class IdentityAnswerState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the district answers; without `answer` it has taken back what it had answered, or the question waits there still.

    To `document`: `confirmed`, `corrected` (the registration was put right), `not_theirs` (its number is somebody else's). To
    `person`: `elsewhere`, `only_here`. To either: `unknown` (it cannot be found out). `note` never holds a document's number.

    `topic` and `asked_at` repeat the question, so that the district gets its answers back by this after a loss.
    """

    question_id: str
    registration_id: str
    topic: Topic
    asked_at: Moment
    answered_by: str | None = None
    answered_at: Moment | None = None
    answer: Answer | None = None
    note: str | None = None
