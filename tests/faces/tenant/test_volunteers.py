"""Is the right volunteer found, and shown no more of than is needed?"""

from datetime import date

import pytest

from sync.documents import DocumentKind
from tenants.hours.certifying import certify
from tests.support.desk import Visitor, at_desk
from tests.support.district import NOW, District

NUMBER = "110113199605160538"


@pytest.fixture
def address(district: District) -> str:
    """The page of a volunteer who has all that one can have."""
    registration = district.registration(
        "FT1",
        name="阿依古丽·买买提",
        phone="+86 138-0013-8000",
        document_kind=DocumentKind.RESIDENT_ID,
        document_number=NUMBER,
        birth_date=date(1990, 1, 1),
    )
    registration.volunteer_id = "44123456789012"
    district.session.commit()
    return f"/volunteers/{registration.id}"


@pytest.mark.parametrize("words", ["阿依古丽", "买买提", "FT1", "ft1", "ＦＴ１", "8000", "138 0013 8000", "44 1234 5678 90 12"])
def test_a_volunteer_is_found_by_what_people_know(li: Visitor, address: str, words: str) -> None:
    li.get("/volunteers/", query_string={"words": words})
    assert f'href="{address}"' in (li.page.text if li.page else "")
    assert "1 volunteer found" in li.text()


@pytest.mark.parametrize("words", ["王", "800", "FT2", "%", "_"])
def test_nobody_is_found_by_anything_else(li: Visitor, address: str, words: str) -> None:
    li.get("/volunteers/", query_string={"words": words})
    assert "Nobody was found." in li.text()
    assert li.get(address).status_code == 200


def test_before_a_search_nothing_is_said_to_be_missing(li: Visitor) -> None:
    li.get("/volunteers/")
    assert "Nobody was found." not in li.text()


def test_the_page_masks_the_document_and_spells_out_what_is_odd(li: Visitor, address: str) -> None:
    page = li.get(address).text
    assert NUMBER not in page
    assert "1***************38" in page
    assert "44 1234 5678 90 12" in page
    assert "The date of birth is not the one that the document proves." in page


def test_a_former_id_is_shown_and_leads_to_the_person(district: District, li: Visitor, address: str) -> None:
    registration = district.registration("FT2", name="李娜")
    for version, volunteer_id in enumerate(("44999999999999", "44123456789012"), 1):
        registration.follow(volunteer_id, epoch=1, version=version)
    district.session.commit()
    li.get("/volunteers/?words=44 9999 9999 99 99")
    assert "1 volunteer found" in li.text()
    assert f'href="/volunteers/{registration.id}"' in (li.page.text if li.page else "")
    li.get(f"/volunteers/{registration.id}")
    assert "Volunteer ID 44 1234 5678 90 12 Formerly 44 9999 9999 99 99" in li.text()
    li.get(address)
    assert "Formerly" not in li.text()


def test_who_has_an_id_comes_before_who_had_it(district: District, li: Visitor, address: str) -> None:
    registration = district.registration("FT0", name="阿一")
    for version, volunteer_id in enumerate(("44123456789012", "44999999999999"), 1):
        registration.follow(volunteer_id, epoch=1, version=version)
    district.session.commit()
    page = li.get("/volunteers/?words=44123456789012").text
    assert page.index(address) < page.index(str(registration.id))


def test_hours_and_sums_by_state(district: District, li: Visitor) -> None:
    waiting = district.submitted(hours_ago=5, minutes=60)
    certified = district.submitted(hours_ago=50, minutes=90)
    certify(district.session, certified, by="wang", at=NOW, settings=district.settings)
    li.get(f"/volunteers/{waiting.registration_id}")
    assert "Waiting 1 h 1 entry" in li.text()
    assert "Certified 1 h 30 min 1 entry" in li.text()
    assert li.get(f"/hours/{certified.id}/").status_code == 200


def test_a_volunteer_without_hours(li: Visitor, address: str) -> None:
    li.get(address)
    assert "No hours yet." in li.text()


def test_volunteers_of_another_place_are_not_there(district: District, address: str) -> None:
    elsewhere = at_desk(district, organization=district.organization("岗厦社区"))
    elsewhere.get("/volunteers/?words=FT1")
    assert "Nobody was found." in elsewhere.text()
    assert elsewhere.get(address).status_code == 404
