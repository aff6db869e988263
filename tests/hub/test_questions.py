"""Does a review wait for a district's answer as long as it is owed, and no longer?"""

import itertools
import os
import uuid
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from cryptography.fernet import Fernet
from sqlalchemy import text
from sqlalchemy.orm import Session

from federation.directory.taking_part import leave
from federation.errors import Invalid, NotFound, StateForbids
from federation.identity.asking.asking import ask, withdraw
from federation.identity.asking.reading import questions_about
from federation.identity.matching.deciding import ReviewKind
from federation.identity.resealing import STOCKS
from federation.identity.reviews.models import Question, QuestionTopic, Review, ReviewDecision, ReviewNeed, ReviewState
from federation.identity.stewarding.deciding import decide, undo_decision
from federation.mailbox import ParkedRecord
from sync.contracts.identity_questions import IDENTITY_QUESTION_ANSWERED, IDENTITY_QUESTION_ASKED, IdentityAnswerState
from sync.databases.resealing import FieldCipher
from tests.hub.peers import AT, District, Hub, Told, registration

NUMBER, NOTE = 1, "本人说在南山区也登记过。"


@pytest.fixture
def districts(hub: Hub) -> list[District]:
    """Two districts, and a review about a registration of each."""
    futian, luohu = hub.enrol("futian", "luohu")
    hub.hears(futian.says(registration("r1")), luohu.says(registration("r2", name="李四", birth_date="1971-12-30")))
    with hub.sessions.begin() as session:
        review = Review(
            number=NUMBER,
            kind=ReviewKind.POSSIBLE,
            state=ReviewState.OPEN,
            registration_id="r1",
            other_registration_id="r2",
            fields="[]",
            policy_version=0,
            opened_at=AT,
        )
        session.add(review)
    return [futian, luohu]


def asked(hub: Hub, registration_id: str = "r1", topic: QuestionTopic = QuestionTopic.PERSON) -> uuid.UUID:
    with hub.sessions.begin() as session:
        return ask(session, NUMBER, registration_id, topic, by="chen", at=AT).question_id


def answered(
    question_id: uuid.UUID,
    answer: str | None = "elsewhere",
    *,
    version: int = 1,
    registration_id: str = "r1",
    note: str | None = NOTE,
) -> Told:
    state = IdentityAnswerState(
        question_id=str(question_id),
        registration_id=registration_id,
        topic="person",
        asked_at=AT,
        answered_by="li",
        answered_at=AT,
        answer=answer,
        note=note if answer else None,
    )
    return Told(IDENTITY_QUESTION_ANSWERED, str(question_id), version, state)


def need(hub: Hub) -> ReviewNeed | None:
    [review] = hub.rows(Review)
    assert (review.needs is None) == (review.needs_since is None)
    found: ReviewNeed | None = review.needs
    return found


def said_to(hub: Hub, district: District) -> list[dict[str, Any]]:
    """What the district heard of questions."""
    return [msgspec.json.decode(event.data) for event in hub.said_to(district) if event.type == IDENTITY_QUESTION_ASKED]


def test_the_district_hears_of_its_own_registration_alone(hub: Hub, districts: list[District]) -> None:
    futian, luohu = districts
    question_id = asked(hub)
    assert said_to(hub, luohu) == []
    [said] = said_to(hub, futian)
    assert said == {
        "question_id": str(question_id),
        "registration_id": "r1",
        "topic": "person",
        "asked_at": AT.isoformat().replace("+00:00", "Z"),
        "state": "open",
    }
    assert need(hub) is ReviewNeed.DISTRICT


@pytest.mark.parametrize("order", list(itertools.permutations([1, 2, 3])))
def test_the_newest_answer_stands_and_is_unreadable_in_the_database(
    hub: Hub, districts: list[District], order: tuple[int, ...]
) -> None:
    question_id = asked(hub)
    answers = {1: "only_here", 2: None, 3: "elsewhere"}
    told = {version: answered(question_id, answer, version=version) for version, answer in answers.items()}
    for version in order:
        hub.hears(districts[0].says(told[version]), districts[0].says(told[version]))
    assert need(hub) is None
    with hub.sessions() as session:
        [one] = questions_about(session, NUMBER, cipher=hub.settings.field_cipher)
        stored = session.execute(text("SELECT note FROM question")).scalar_one()
    assert (one.question.answer, one.note, one.question.answered_by) == ("elsewhere", NOTE, "li")
    assert NOTE.encode() not in bytes(stored)


def test_an_answer_that_is_taken_back_is_waited_for_again(hub: Hub, districts: list[District]) -> None:
    question_id = asked(hub)
    hub.hears(districts[0].says(answered(question_id)))
    assert need(hub) is None
    hub.hears(districts[0].says(answered(question_id, None, version=2)))
    assert need(hub) is ReviewNeed.DISTRICT


def test_where_both_districts_are_asked_both_are_waited_for(hub: Hub, districts: list[District]) -> None:
    first, second = asked(hub, "r1"), asked(hub, "r2")
    hub.hears(districts[0].says(answered(first)))
    assert need(hub) is ReviewNeed.DISTRICT
    hub.hears(districts[1].says(answered(second, registration_id="r2")))
    assert need(hub) is None


def test_what_is_withdrawn_is_told_and_not_waited_for(hub: Hub, districts: list[District]) -> None:
    question_id = asked(hub)
    with hub.sessions.begin() as session:
        withdraw(session, question_id, at=AT)
    assert [said["state"] for said in said_to(hub, districts[0])] == ["open", "withdrawn"]
    assert need(hub) is None
    with hub.sessions() as session, pytest.raises(StateForbids):
        withdraw(session, question_id, at=AT)
    assert asked(hub) != question_id


def test_a_decision_ends_what_was_asked(hub: Hub, districts: list[District]) -> None:
    answered_id = asked(hub, "r1")
    asked(hub, "r2")
    hub.hears(districts[0].says(answered(answered_id)))
    with hub.sessions.begin() as session:
        decide(session, NUMBER, ReviewDecision.DIFFERENT, reason="seen", settings=hub.settings, by="chen", at=AT)
    assert [said_to(hub, district)[-1]["state"] for district in districts] == ["used", "withdrawn"]
    [review] = hub.rows(Review)
    assert (review.state, review.needs) == (ReviewState.DECIDED, None)
    # What crossed with the decision on its way is kept, and opens nothing again.
    hub.hears(districts[0].says(answered(answered_id, None, version=2)))
    assert need(hub) is None
    assert hub.rows(ParkedRecord) == []
    with pytest.raises(StateForbids):
        asked(hub)


def test_an_answer_that_was_used_stays_used_when_the_decision_is_taken_back(hub: Hub, districts: list[District]) -> None:
    first = asked(hub, "r1")
    asked(hub, "r2")
    hub.hears(districts[0].says(answered(first)))
    with hub.sessions.begin() as session:
        decide(session, NUMBER, ReviewDecision.DIFFERENT, reason="seen", settings=hub.settings, by="chen", at=AT)
        undo_decision(session, NUMBER, by="chen", at=AT)
    assert need(hub) is None
    assert [said_to(hub, district)[-1]["state"] for district in districts] == ["used", "withdrawn"]
    asked(hub, "r2")
    assert need(hub) is ReviewNeed.DISTRICT


def test_a_correction_after_which_nothing_is_asked_ends_the_question(hub: Hub, districts: list[District]) -> None:
    asked(hub)
    hub.hears(districts[0].says(registration("r1", name="王大明", birth_date="1963-03-02", version=2)))
    assert [said["state"] for said in said_to(hub, districts[0])] == ["open", "withdrawn"]


def refusals(session: Session) -> Iterator[tuple[type[Exception], Any]]:
    yield NotFound, lambda: ask(session, 9, "r1", QuestionTopic.PERSON, by="chen", at=AT)
    yield Invalid, lambda: ask(session, NUMBER, "r3", QuestionTopic.PERSON, by="chen", at=AT)
    yield StateForbids, lambda: ask(session, NUMBER, "r1", QuestionTopic.PERSON, by="chen", at=AT)
    yield NotFound, lambda: withdraw(session, uuid.uuid4(), at=AT)


def test_what_makes_no_sense_is_not_asked(hub: Hub, districts: list[District]) -> None:
    asked(hub)
    with hub.sessions() as session:
        for refusal, act in refusals(session):
            with pytest.raises(refusal):
                act()
    asked(hub, topic=QuestionTopic.DOCUMENT)
    assert len(said_to(hub, districts[0])) == 2


@pytest.mark.usefixtures("districts")
def test_a_district_that_has_left_is_not_asked(hub: Hub) -> None:
    with hub.sessions.begin() as session:
        leave(session, "futian", reason="合并", by="op", at=AT, unfinished=True)
    with pytest.raises(StateForbids):
        asked(hub)


def test_nobody_answers_for_another_district(hub: Hub, districts: list[District]) -> None:
    question_id = asked(hub)
    hub.hears(districts[1].says(answered(question_id)))
    assert [parked.record_key for parked in hub.rows(ParkedRecord)] == [str(question_id)]
    assert need(hub) is ReviewNeed.DISTRICT


def test_an_answer_to_a_question_that_the_hub_lost_ends_it(hub: Hub, districts: list[District]) -> None:
    futian, luohu = districts
    lost = uuid.uuid4()
    hub.hears(futian.says(answered(lost)), luohu.says(answered(uuid.uuid4())))
    assert [said["state"] for said in said_to(hub, futian)] == ["withdrawn"]
    assert hub.rows(Question) == []
    assert [parked.stream for parked in hub.rows(ParkedRecord)] == [luohu.stream]


def test_notes_come_under_a_new_key_with_the_rest(hub: Hub, districts: list[District]) -> None:
    hub.hears(districts[0].says(answered(asked(hub))))
    new = Fernet.generate_key()
    cipher = FieldCipher([new, *os.environ["BANYAN_FIELD_KEYS"].split(",")])
    with hub.sessions.begin() as session:
        for stock in STOCKS:
            stock.reseal(session, cipher, after=None, limit=10)
    with hub.sessions() as session:
        [one] = questions_about(session, NUMBER, cipher=FieldCipher([new]))
    assert one.note == NOTE
