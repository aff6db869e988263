"""Is the city answered as often as it asks, once, and without any document's number?"""

import itertools
import uuid
from typing import Any

import msgspec
import pytest

from federation.identity.reviews import models as hub
from sync.contracts import identity_questions as contract
from sync.contracts.identity_questions import IDENTITY_QUESTION_ANSWERED, IdentityAnswerState
from sync.documents import DocumentKind
from tenants.errors import Invalid, NotFound, StateForbids
from tenants.questions import answering, finding
from tenants.questions.following import follow_questions
from tenants.questions.models import ANSWERS, Answer, IdentityQuestion, QuestionState, Topic
from tenants.questions.restoring import restore_answers
from tests.support.asking import ask, fact, say_more, word
from tests.support.district import NOW, District

NUMBER = "11010519491231002X"


def answer(district: District, question: IdentityQuestion, given: Answer, *, note: str | None = None, by: str = "li") -> None:
    answering.answer(district.session, question, given, note=note, by=by, at=NOW, settings=district.settings)
    district.session.commit()


def take_back(district: District, question: IdentityQuestion) -> None:
    answering.take_back(district.session, question, by="li", at=NOW, settings=district.settings)
    district.session.commit()


def answers_said(district: District) -> list[tuple[int, dict[str, Any]]]:
    return [(event.recordversion, data) for event, data in district.said() if event.type == IDENTITY_QUESTION_ANSWERED]


def waiting(district: District) -> int:
    return finding.summarize(district.session, [district.street.id]).questions


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_the_newest_word_of_the_city_stands(district: District, order: tuple[int, ...], together: bool) -> None:
    registration, question_id = district.registration(), uuid.uuid4()
    words = [
        word(question_id, registration.id),
        word(question_id, registration.id, state="withdrawn", version=2),
        word(question_id, registration.id, version=1, epoch=2),
    ]
    heard = [words[index] for index in order for _ in range(2)]
    for part in [heard] if together else [[one] for one in heard]:
        follow_questions(district.session, "futian", part)
        district.session.commit()
    assert [question.state for question in district.session.query(IdentityQuestion)] == [QuestionState.OPEN]
    assert waiting(district) == 1


def test_a_question_about_nobody_here_is_not_swallowed(district: District) -> None:
    with pytest.raises(NotFound):
        follow_questions(district.session, "futian", [word(uuid.uuid4(), uuid.uuid4())])


def test_an_answer_is_told_with_its_note_and_no_longer_waited_for(district: District) -> None:
    question = ask(district, district.registration(), topic="person")
    answer(district, question, Answer.ELSEWHERE, note=" 说在南山区也登记过。 ")
    [(version, said)] = answers_said(district)
    assert (version, said["question_id"], said["topic"]) == (1, str(question.id), "person")
    assert (said["answer"], said["note"], said["answered_by"]) == ("elsewhere", "说在南山区也登记过。", "li")
    assert waiting(district) == 0


def test_a_later_answer_replaces_the_first_and_one_that_is_taken_back_is_none(district: District) -> None:
    question = ask(district, district.registration())
    answer(district, question, Answer.CONFIRMED, note="已核对")
    answer(district, question, Answer.NOT_THEIRS, by="wang")
    take_back(district, question)
    assert [(version, said.get("answer"), said.get("note")) for version, said in answers_said(district)] == [
        (1, "confirmed", "已核对"),
        (2, "not_theirs", None),
        (3, None, None),
    ]
    assert waiting(district) == 1
    with pytest.raises(StateForbids):
        take_back(district, question)


@pytest.mark.parametrize("state", ["withdrawn", "used"])
def test_what_the_city_asks_no_more_is_not_answered_any_more(district: District, state: str) -> None:
    question = ask(district, district.registration())
    answer(district, question, Answer.CONFIRMED)
    say_more(district, question, state)
    with pytest.raises(StateForbids):
        answer(district, question, Answer.UNKNOWN)
    with pytest.raises(StateForbids):
        take_back(district, question)
    assert len(answers_said(district)) == 1


@pytest.mark.parametrize(("topic", "given"), list(itertools.product(Topic, Answer)))
def test_an_answer_has_to_fit_the_question(district: District, topic: Topic, given: Answer) -> None:
    question = ask(district, district.registration(), topic=topic)
    if given in ANSWERS[topic]:
        answer(district, question, given)
        assert question.answer is given
    else:
        with pytest.raises(Invalid) as refused:
            answer(district, question, given)
        assert refused.value.field == "answer"


@pytest.mark.parametrize(
    "note",
    [
        f"号码是{NUMBER}",
        "号码是 110105 19491231 002X。",
        "１１０１０５１９４９１２３１００２Ｘ",
        "旧证 110105491231002",
        "护照 e1234-5678",
        "x" * 501,
    ],
)
def test_no_document_s_number_leaves_in_a_note(district: District, note: str) -> None:
    registration = district.registration(document_kind=DocumentKind.PASSPORT, document_number="E12345678")
    question = ask(district, registration)
    with pytest.raises(Invalid) as refused:
        answer(district, question, Answer.CONFIRMED, note=note)
    assert refused.value.field == "note"
    assert answers_said(district) == []


@pytest.mark.parametrize(
    "note", ["电话 13800138000，13900139000", "志愿者号 44 1234 5678 90 12", "2026-03-07 14:00", None, " "]
)
def test_what_people_need_to_say_may_be_said(district: District, note: str | None) -> None:
    question = ask(district, district.registration())
    answer(district, question, Answer.CONFIRMED, note=note)
    assert len(answers_said(district)) == 1


def test_only_what_is_in_scope_is_seen(district: District) -> None:
    question = ask(district, district.registration())
    community = district.organization("岗厦社区")
    assert finding.summarize(district.session, [community.id]).questions == 0
    with pytest.raises(NotFound):
        finding.question_seen(district.session, question.id, [community.id])


@pytest.mark.parametrize("heard_before", [True, False], ids=["the question was kept", "the question was lost as well"])
def test_a_lost_answer_comes_back(district: District, heard_before: bool) -> None:
    registration, question_id = district.registration(), uuid.uuid4()
    told = word(question_id, registration.id)
    if heard_before:
        follow_questions(district.session, "futian", [told])
    first = IdentityAnswerState(
        question_id=str(question_id),
        registration_id=str(registration.id),
        topic="document",
        asked_at=NOW,
        answered_by="li",
        answered_at=NOW,
        answer="confirmed",
    )
    versions = [first, msgspec.structs.replace(first, answer="corrected", note="已更正")]
    facts = [
        fact(IDENTITY_QUESTION_ANSWERED, str(question_id), state, version=version) for version, state in enumerate(versions, 1)
    ]
    restore_answers(district.session, "futian", [*facts, facts[0]])
    district.session.commit()
    follow_questions(district.session, "futian", [told])
    district.session.commit()
    question = district.session.get_one(IdentityQuestion, question_id)
    assert (question.answer, question.note, question.state) == (Answer.CORRECTED, "已更正", QuestionState.OPEN)
    assert answers_said(district) == []
    answer(district, question, Answer.UNKNOWN)
    assert [version for version, _ in answers_said(district)] == [3]


def test_both_sides_and_the_wire_know_the_same_words() -> None:
    def words(pattern: Any) -> set[str]:
        return set(pattern.__metadata__[0].pattern.strip("^$()").split("|"))

    for said, here, there in [
        (contract.Topic, Topic, hub.QuestionTopic),
        (contract.Answer, Answer, hub.QuestionAnswer),
        (contract.State, QuestionState, hub.QuestionState),
    ]:
        assert words(said) == {word.value for word in here} == {word.value for word in there}
