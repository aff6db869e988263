"""Does a correction at the desk change what is wrong, and nothing else?"""

from dataclasses import replace
from datetime import date

import pytest

from sync.contracts.registrations import REGISTRATION_RECORDED
from sync.documents import DocumentFlaw, DocumentKind
from tenants.errors import Invalid, StaleVersion
from tenants.registrations.correcting import Correction, correct_registration
from tenants.registrations.finding import registration_to_change
from tenants.registrations.models import Registration
from tenants.registrations.registering import Outcome
from tests.support.district import NOW, District

NUMBER = "11010519491231002X"


@pytest.fixture
def registration(district: District) -> Registration:
    return district.registration(
        phone="13800138000",
        birth_date=date(1949, 12, 13),
        document_kind=DocumentKind.RESIDENT_ID,
        document_number=NUMBER,
    )


def as_it_is(registration: Registration) -> Correction:
    return Correction(
        name=registration.name,
        gender=registration.gender,
        birth_date=registration.birth_date,
        phone=registration.phone,
        document_kind=registration.document_kind,
        document_number=None,
    )


def correct(district: District, registration: Registration, right: Correction) -> Outcome:
    outcome = correct_registration(district.session, registration, right, settings=district.settings, at=NOW)
    district.session.commit()
    return outcome


def test_a_wrong_birth_date_is_put_right_and_the_document_stays(district: District, registration: Registration) -> None:
    token, stored = registration.document_token, registration.document_number
    right = replace(as_it_is(registration), birth_date=date(1949, 12, 31))
    assert correct(district, registration, right) is Outcome.CHANGED
    assert (registration.document_token, registration.document_number) == (token, stored)
    assert registration.document_disagrees is None
    said = [data["birth_date"] for event, data in district.said() if event.type == REGISTRATION_RECORDED]
    assert said == ["1949-12-13", "1949-12-31"]


def test_nothing_that_was_changed_is_no_news(district: District, registration: Registration) -> None:
    said = len(district.said())
    assert correct(district, registration, as_it_is(registration)) is Outcome.UNCHANGED
    assert len(district.said()) == said


def test_a_number_that_is_somebody_else_s_is_replaced_or_taken_out(district: District, registration: Registration) -> None:
    token = registration.document_token
    correct(district, registration, replace(as_it_is(registration), document_number="110105194912310021"))
    assert (registration.document_token, registration.document_flaw) == (None, DocumentFlaw.CHECK_DIGIT)
    correct(district, registration, replace(as_it_is(registration), document_number=NUMBER.lower()))
    assert registration.document_token == token
    correct(district, registration, replace(as_it_is(registration), document_kind=None))
    assert (registration.document_kind, registration.document_number, registration.document_token) == (None, None, None)


def test_a_token_whose_number_was_lost_is_not_lost_as_well(district: District, registration: Registration) -> None:
    registration.document_number = None
    district.session.commit()
    token = registration.document_token
    with pytest.raises(Invalid) as refused:
        correct(district, registration, replace(as_it_is(registration), name="张伟伟"))
    assert refused.value.field == "document_number"
    correct(district, registration, replace(as_it_is(registration), name="张伟伟", document_number=NUMBER))
    assert (registration.name, registration.document_token) == ("张伟伟", token)


def test_nobody_overwrites_what_they_have_not_seen(district: District, registration: Registration) -> None:
    seen = registration.version
    correct(district, registration, replace(as_it_is(registration), phone=None))
    with pytest.raises(StaleVersion):
        registration_to_change(district.session, registration.id, [district.street.id], version=seen)
