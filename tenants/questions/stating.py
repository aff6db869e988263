"""What does a district say about a question of the city's?"""

from sync.contracts.identity_questions import IdentityAnswerState
from tenants.questions.models import IdentityQuestion


def answer_state(question: IdentityQuestion) -> IdentityAnswerState:
    """The answer as it stands, or that there is none."""
    return IdentityAnswerState(
        question_id=str(question.id),
        registration_id=str(question.registration_id),
        topic=question.topic.value,
        asked_at=question.asked_at,
        answered_by=question.answered_by,
        answered_at=question.answered_at,
        answer=question.answer.value if question.answer else None,
        note=question.note,
    )
