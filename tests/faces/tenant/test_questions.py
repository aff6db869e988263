"""Can a coordinator see what the city asks, answer it, and take the answer back?"""

from datetime import UTC, datetime, timedelta

import pytest

from sync.contracts.identity_questions import IDENTITY_QUESTION_ANSWERED
from sync.documents import DocumentKind
from tenants.questions.models import IdentityQuestion
from tenants.staff.models import Role
from tests.support.asking import ask, say_more
from tests.support.desk import Visitor, at_desk
from tests.support.district import District

NUMBER = "110113199605160538"


@pytest.fixture
def question(district: District) -> IdentityQuestion:
    """A question of three days ago about a registration with a document."""
    registration = district.registration("FT1", document_kind=DocumentKind.RESIDENT_ID, document_number=NUMBER)
    return ask(district, registration, asked_at=datetime.now(UTC) - timedelta(days=3, hours=1))


def address(question: IdentityQuestion) -> str:
    return f"/questions/{question.id}"


def answer(visitor: Visitor, question: IdentityQuestion, given: str, note: str = "") -> None:
    visitor.get(address(question))
    visitor.post(f"{address(question)}/answer", answer=given, note=note, version=visitor.hidden("version"))


def said(district: District) -> list[dict[str, object]]:
    return [data for event, data in district.said() if event.type == IDENTITY_QUESTION_ANSWERED]


def test_the_first_page_says_how_much_waits_and_for_how_long(district: District, li: Visitor) -> None:
    li.get("/desk/")
    assert "The city asks you" not in li.text()
    for days in (2, 5):
        ask(district, district.registration(f"FT{days}"), asked_at=datetime.now(UTC) - timedelta(days=days, hours=1))
    li.get("/desk/")
    assert "The city asks you about 2 registrations. The oldest question has waited for 5 days." in li.text()
    li.get("/questions/")
    assert li.text().index("FT5") < li.text().index("FT2")


def test_the_question_stands_beside_the_registration(li: Visitor, question: IdentityQuestion) -> None:
    page = li.get(address(question)).text
    assert "Does the registration say what the person’s document says?" in li.text()
    assert "1***************38" in page
    assert NUMBER not in page
    assert f"/volunteers/{question.registration_id}/correction?question={question.id}" in page
    li.get(f"/volunteers/{question.registration_id}")
    assert f'href="{address(question)}"' in (li.page.text if li.page else "")


def test_an_answer_is_given_changed_and_taken_back(district: District, li: Visitor, question: IdentityQuestion) -> None:
    answer(li, question, "confirmed", "已核对原件")
    assert "The city is told." in li.text()
    li.get("/questions/past")
    assert "I have seen the document: everything is right. 已核对原件" in li.text()
    answer(li, question, "corrected")
    li.post(f"{address(question)}/answer/undo", version=li.hidden("version"))
    assert "Taken back. The question waits again." in li.text()
    assert [data.get("answer") for data in said(district)] == ["confirmed", "corrected", None]
    li.get("/questions/")
    assert "FT1" in li.text()


def test_what_cannot_stand_is_said_at_its_field(district: District, li: Visitor, question: IdentityQuestion) -> None:
    for given, note, words in [
        ("", "", "Choose an answer."),
        ("elsewhere", "", "Not a valid choice"),
        ("confirmed", f"证件号 {NUMBER}", "which never leaves this district"),
    ]:
        answer(li, question, given, note)
        assert li.page is not None
        assert li.page.status_code == 422
        assert words in li.text()
    assert said(district) == []


def test_an_answer_by_which_the_city_has_decided_stands(district: District, li: Visitor, question: IdentityQuestion) -> None:
    answer(li, question, "confirmed")
    li.get(address(question))
    version = li.hidden("version")
    say_more(district, question, "used")
    assert li.post(f"{address(question)}/answer/undo", version=version).status_code == 409
    assert "Look at the question" in li.text()
    li.get(address(question))
    assert "Decided by this answer" in li.text()
    assert "Take the answer back" not in li.text()


def test_of_two_who_answer_at_once_the_second_is_told(district: District, li: Visitor, question: IdentityQuestion) -> None:
    wang = at_desk(district, "wang")
    for visitor in (li, wang):
        visitor.get(address(question))
    for visitor, status in ((li, 200), (wang, 409)):
        form = {"answer": "confirmed", "note": "", "version": visitor.hidden("version")}
        assert visitor.post(f"{address(question)}/answer", form).status_code == status
    assert len(said(district)) == 1


@pytest.mark.parametrize("role", [Role.VIEWER, Role.RECORDER, Role.ADMINISTRATOR])
def test_who_is_no_coordinator_is_not_asked(district: District, question: IdentityQuestion, role: Role) -> None:
    visitor = at_desk(district, role=role)
    assert "The city asks you" not in visitor.text()
    for path in ("/questions/", "/questions/past", address(question)):
        assert visitor.get(path).status_code == 403
    assert visitor.get(f"/volunteers/{question.registration_id}/correction").status_code == 404


def test_a_coordinator_of_another_place_finds_nothing(district: District, question: IdentityQuestion) -> None:
    elsewhere = at_desk(district, organization=district.organization("岗厦社区"))
    elsewhere.get("/questions/")
    assert "Nothing waits for an answer." in elsewhere.text()
    assert elsewhere.get(address(question)).status_code == 404


def test_a_long_list_is_turned_over(district: District, li: Visitor) -> None:
    for number in range(30):
        at = datetime.now(UTC) - timedelta(days=40 - number)
        ask(district, district.registration(f"FT{number:02}"), asked_at=at)
    li.get("/questions/")
    assert "FT24" in li.text()
    assert "FT25" not in li.text()
    li.get("/questions/?page=2")
    assert "26–30" in li.text()
    assert "FT29" in li.text()
