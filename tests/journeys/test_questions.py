"""Does a steward's question reach the desk of its district, and the answer come back, whatever happens on the way?"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from federation.identity.asking.asking import ask
from federation.identity.asking.reading import Asked, questions_about
from federation.identity.matching.deciding import ReviewKind
from federation.identity.models import Registration as Known
from federation.identity.reviews.models import QuestionAnswer, QuestionTopic, Review, ReviewDecision, ReviewState
from federation.identity.stewarding.deciding import decide
from sync.testing import BadWeather
from tenants.questions import answering
from tenants.questions.models import Answer, IdentityQuestion, QuestionState
from tests.support.backups import Backup
from tests.support.city import City, District

ROUNDS = 12


def open_review(city: City) -> int:
    """A review about the registrations of both districts; gives its number."""
    with city.hub.sessions.begin() as session:
        one, other = session.query(Known).order_by(Known.district)
        review = Review(
            kind=ReviewKind.POSSIBLE,
            state=ReviewState.OPEN,
            registration_id=one.registration_id,
            other_registration_id=other.registration_id,
            fields="[]",
            policy_version=0,
            opened_at=datetime.now(UTC),
        )
        session.add(review)
        session.flush()
        return review.number


def ask_both(city: City, number: int) -> None:
    with city.hub.sessions.begin() as session:
        review = session.get_one(Review, number)
        for registration_id in (review.registration_id, review.other_registration_id):
            assert registration_id is not None
            ask(session, number, registration_id, QuestionTopic.PERSON, by="chen", at=datetime.now(UTC))


def heard(district: District) -> list[IdentityQuestion]:
    with district.sessions() as session:
        return list(session.query(IdentityQuestion))


def answer(district: District, given: Answer | None, note: str | None = None) -> None:
    """Answers the only question, or takes the answer back."""
    with district.sessions.begin() as session:
        question, at = session.query(IdentityQuestion).one(), datetime.now(UTC)
        who: dict[str, Any] = {"by": "li", "at": at, "settings": district.settings}
        if given:
            answering.answer(session, question, given, note=note, **who)
        else:
            answering.take_back(session, question, **who)


def came_back(city: City, number: int) -> dict[str, Asked]:
    """What was asked, by district."""
    with city.hub.sessions() as session:
        found = questions_about(session, number, cipher=city.hub.settings.field_cipher)
        return {asked.question.district: asked for asked in found}


def needs(city: City, number: int) -> str | None:
    with city.hub.sessions() as session:
        return session.get_one(Review, number).needs


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    "weather",
    [
        lambda seed: BadWeather(seed=seed, double=0.5),
        lambda seed: BadWeather(seed=seed, reorder=0.5),
        lambda seed: BadWeather(seed=seed, lose=0.3, double=0.3, reorder=0.3),
    ],
    ids=["doubled", "reordered", "all of it"],
)
def test_questions_go_down_and_answers_come_up(on_files: City, weather: Callable[[int], BadWeather], seed: int) -> None:
    futian, luohu = on_files.districts
    bad = weather(seed)
    storm = on_files.storm(bad)
    futian.register("FT1", name="张伟")
    luohu.register("LH1", name="李娜")
    storm.blow(2 * ROUNDS)
    number = open_review(on_files)
    ask_both(on_files, number)
    storm.blow(2 * ROUNDS)
    assert [question.is_waiting for district in on_files.districts for question in heard(district)] == [True, True]
    assert needs(on_files, number) == "district"
    answer(futian, Answer.ELSEWHERE, "说在南山区也登记过。")
    storm.blow(1)
    answer(luohu, Answer.ONLY_HERE)
    storm.blow(1)
    answer(luohu, None)
    storm.blow(1)
    answer(luohu, Answer.UNKNOWN)
    storm.blow(ROUNDS)
    bad.lose = 0.0
    storm.calm()
    storm.blow(ROUNDS)
    back = came_back(on_files, number)
    assert (back["futian"].question.answer, back["futian"].note) == (QuestionAnswer.ELSEWHERE, "说在南山区也登记过。")
    assert (back["luohu"].question.answer, back["luohu"].note) == (QuestionAnswer.UNKNOWN, None)
    assert needs(on_files, number) is None
    with on_files.hub.sessions.begin() as session:
        settings, at = on_files.hub.settings, datetime.now(UTC)
        decide(session, number, ReviewDecision.DIFFERENT, reason="seen", settings=settings, by="chen", at=at)
    storm.blow(ROUNDS)
    assert [question.state for district in on_files.districts for question in heard(district)] == [QuestionState.USED] * 2
    assert on_files.in_step()


@pytest.mark.parametrize("kept", [True, False], ids=["the question was kept", "the question was lost as well"])
def test_a_district_that_was_put_back_gets_its_answer_again(on_files: City, tmp_path: Path, kept: bool) -> None:
    futian, luohu = on_files.districts
    storm = on_files.storm(BadWeather())
    futian.register("FT1", name="张伟")
    luohu.register("LH1", name="李娜")
    storm.blow(ROUNDS)
    path = futian.sessions.kw["bind"].url.database
    early = Backup(path, tmp_path / "early.db")
    number = open_review(on_files)
    ask_both(on_files, number)
    storm.blow(ROUNDS)
    late = Backup(path, tmp_path / "late.db")
    answer(futian, Answer.ELSEWHERE, "说在南山区也登记过。")
    storm.blow(ROUNDS)
    (late if kept else early).put_back()
    storm.blow(2 * ROUNDS)
    [question] = heard(futian)
    assert (question.answer, question.note) == (Answer.ELSEWHERE, "说在南山区也登记过。")
    answer(futian, Answer.ONLY_HERE)
    storm.blow(ROUNDS)
    assert came_back(on_files, number)["futian"].question.answer is QuestionAnswer.ONLY_HERE
    assert on_files.in_step()


@pytest.mark.parametrize("answered", [True, False], ids=["answered meanwhile", "still waiting"])
def test_a_hub_that_was_put_back_asks_no_more_what_it_forgot(on_files: City, tmp_path: Path, answered: bool) -> None:
    futian, luohu = on_files.districts
    storm = on_files.storm(BadWeather())
    futian.register("FT1", name="张伟")
    luohu.register("LH1", name="李娜")
    storm.blow(ROUNDS)
    backup = Backup(on_files.hub.sessions.kw["bind"].url.database, tmp_path / "aside.db")
    ask_both(on_files, open_review(on_files))
    storm.blow(ROUNDS)
    if answered:
        answer(futian, Answer.ONLY_HERE)
        storm.blow(ROUNDS)
    backup.put_back()
    storm.blow(2 * ROUNDS)
    assert [question.state for district in on_files.districts for question in heard(district)] == [QuestionState.WITHDRAWN] * 2
    assert on_files.in_step()


def test_a_hub_that_was_put_back_goes_on_waiting_for_what_it_knows(on_files: City, tmp_path: Path) -> None:
    futian, luohu = on_files.districts
    storm = on_files.storm(BadWeather())
    futian.register("FT1", name="张伟")
    luohu.register("LH1", name="李娜")
    storm.blow(ROUNDS)
    number = open_review(on_files)
    ask_both(on_files, number)
    storm.blow(ROUNDS)
    backup = Backup(on_files.hub.sessions.kw["bind"].url.database, tmp_path / "aside.db")
    answer(futian, Answer.ONLY_HERE)
    storm.blow(ROUNDS)
    backup.put_back()
    futian.register("FT2", name="王芳")
    storm.blow(2 * ROUNDS)
    assert came_back(on_files, number)["futian"].question.answer is QuestionAnswer.ONLY_HERE
    assert needs(on_files, number) == "district"
    answer(luohu, Answer.ONLY_HERE)
    storm.blow(ROUNDS)
    assert needs(on_files, number) is None
    assert on_files.in_step()
