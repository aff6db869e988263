"""Can a coordinator put a registration right at the desk?"""

from datetime import date
from typing import Any

import pytest

from sync.documents import DocumentKind
from tenants.registrations.models import Registration
from tests.support.asking import ask
from tests.support.desk import Visitor
from tests.support.district import District

NUMBER = "110113199605160538"


@pytest.fixture
def registration(district: District) -> Registration:
    """Somebody whose birth date was mistyped."""
    return district.registration(
        "FT1",
        phone="13800138000",
        birth_date=date(1996, 5, 6),
        document_kind=DocumentKind.RESIDENT_ID,
        document_number=NUMBER,
    )


def form(visitor: Visitor, **changes: Any) -> dict[str, Any]:
    """The form as it stands, with changes."""
    stated = {
        "name": "张伟",
        "gender": "M",
        "birth_date": "1996-05-06",
        "phone": "13800138000",
        "document_kind": "resident_id",
        "document_number": "",
        "version": visitor.hidden("version"),
    }
    return stated | changes


def correct(visitor: Visitor, registration: Registration, query: str = "", **changes: Any) -> int:
    path = f"/volunteers/{registration.id}/correction{query}"
    visitor.get(path)
    return visitor.post(path, form(visitor, **changes)).status_code


def test_a_mistyped_date_is_put_right(district: District, li: Visitor, registration: Registration) -> None:
    li.get(f"/volunteers/{registration.id}")
    assert "The date of birth is not the one that the document proves." in li.text()
    assert correct(li, registration, birth_date="1996-05-16") == 200
    assert "Put right. The city is told." in li.text()
    assert "The date of birth is not the one" not in li.text()
    district.session.refresh(registration)
    assert (registration.birth_date, registration.document_token is not None) == (date(1996, 5, 16), True)


def test_the_number_is_not_handed_out(li: Visitor, registration: Registration) -> None:
    page = li.get(f"/volunteers/{registration.id}/correction").text
    assert NUMBER not in page
    assert "Leave it empty to keep 1***************38." in li.text()


def test_whoever_came_from_a_question_goes_back_to_it(district: District, li: Visitor, registration: Registration) -> None:
    question = ask(district, registration)
    assert correct(li, registration, f"?question={question.id}", name="张卫") == 200
    assert li.page is not None
    assert li.page.request.path == f"/questions/{question.id}"
    assert "张卫" in li.text()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"name": " "}, "Enter the name."),
        ({"name": "张" * 121}, "longer than 120"),
        ({"gender": "X"}, "Not a valid choice"),
        ({"birth_date": "2996-05-06"}, "The birth date lies in the future."),
        ({"birth_date": "6 May"}, "Not a valid date"),
        ({"document_kind": "", "document_number": NUMBER}, "The document has a number but no kind."),
    ],
)
def test_what_cannot_stand_changes_nothing(
    district: District, li: Visitor, registration: Registration, changes: dict[str, str], words: str
) -> None:
    before = registration.version
    assert correct(li, registration, **changes) == 422
    assert words in li.text()
    district.session.refresh(registration)
    assert registration.version == before


def test_the_same_again_is_said_to_be_the_same(li: Visitor, registration: Registration) -> None:
    assert correct(li, registration) == 200
    assert "Nothing was different." in li.text()


def test_nobody_overwrites_what_they_have_not_seen(district: District, li: Visitor, registration: Registration) -> None:
    path = f"/volunteers/{registration.id}/correction"
    li.get(path)
    district.registration("FT1", phone="13900139000")
    assert li.post(path, form(li, name="张卫")).status_code == 409
    assert "Look at the volunteer" in li.text()
