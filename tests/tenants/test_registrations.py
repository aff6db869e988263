"""Does a registration enter as it was written, and tell the hub no identity number?"""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from sync.contracts.registrations import REGISTRATION_RECORDED
from sync.documents import DocumentFlaw, DocumentKind, token, understand
from tenants.errors import Invalid
from tenants.registrations.registering import Outcome, normal_phone
from tests.support.district import TOKEN_KEY, District

# The worked examples of GB 11643-1999.
MALE_1949, FEMALE_1880 = "11010519491231002X", "440524188001010014"
TODAY = date(2026, 3, 7)


def resident(written: str) -> tuple[str | None, DocumentFlaw | None]:
    document = understand(DocumentKind.RESIDENT_ID, written, today=TODAY)
    return document.number, document.flaw


@pytest.mark.parametrize("written", [MALE_1949, MALE_1949.lower(), f" {MALE_1949} ", "１１０１０５１９４９１２３１００２Ｘ"])
def test_a_number_is_understood_however_it_was_typed(written: str) -> None:
    assert resident(written) == (MALE_1949, None)


def test_a_number_of_fifteen_digits_is_the_same_document() -> None:
    assert resident("110105491231002") == (MALE_1949, None)


@pytest.mark.parametrize(
    ("written", "flaw"),
    [
        ("110105194912310021", DocumentFlaw.CHECK_DIGIT),
        ("110105194902310026", DocumentFlaw.IMPOSSIBLE_DATE),
        ("110105190002290017", DocumentFlaw.IMPOSSIBLE_DATE),
        ("110105490229001", DocumentFlaw.IMPOSSIBLE_DATE),
        ("110105209912310029", DocumentFlaw.IMPOSSIBLE_DATE),
        ("811840199001010026", DocumentFlaw.CHECK_DIGIT),
        ("11010519491231", DocumentFlaw.MALFORMED),
        ("不详", DocumentFlaw.MALFORMED),
    ],
)
def test_a_number_that_identifies_nobody_says_why(written: str, flaw: DocumentFlaw) -> None:
    assert resident(written) == (None, flaw)


@pytest.mark.parametrize("number", ["110103201501010014", "522501201501010011", "659012199001010012"])
def test_an_abolished_or_unknown_region_is_no_flaw(number: str) -> None:
    assert resident(number) == (number, None)


@pytest.mark.parametrize("sequence", ["996", "997", "998", "999"])
def test_an_old_card_of_a_centenarian_waits_for_somebody_to_look(sequence: str) -> None:
    assert resident(f"110105491231{sequence}") == (None, DocumentFlaw.CENTURY_UNKNOWN)
    assert resident("110105194912319964") == ("110105194912319964", None)


@pytest.mark.parametrize(
    ("number", "kind", "gender"),
    [
        (MALE_1949, DocumentKind.RESIDENT_ID, "F"),
        ("830000196001010019", DocumentKind.RESIDENCE_PERMIT, "M"),
        ("810000196001010023", DocumentKind.RESIDENCE_PERMIT, "F"),
        ("820000201501010017", DocumentKind.RESIDENCE_PERMIT, "M"),
        ("911840199001010026", DocumentKind.FOREIGNER_CARD, None),
    ],
)
def test_a_number_of_eighteen_says_which_document_it_is(number: str, kind: DocumentKind, gender: str | None) -> None:
    stated = (DocumentKind.RESIDENT_ID, DocumentKind.RESIDENCE_PERMIT, DocumentKind.FOREIGNER_CARD)
    understood = [understand(one, number, today=TODAY) for one in stated]
    assert {(document.kind, document.number, document.gender) for document in understood} == {(kind, number, gender)}
    assert {document.birth_date for document in understood} == {date(int(number[6:10]), int(number[10:12]), int(number[12:14]))}
    assert len({token(document, TOKEN_KEY, key_version=1) for document in understood}) == 1


def test_a_foreigners_card_of_before_2023_keeps_its_own_form() -> None:
    document = understand(DocumentKind.FOREIGNER_CARD, "usa310082071705", today=TODAY)
    assert (document.number, document.birth_date) == ("USA310082071705", None)


@pytest.mark.parametrize("written", ["Ｅ１２３４５６７８", " e1234 5678 ", "E-12345678"])
def test_a_passport_is_the_same_however_it_was_typed(written: str) -> None:
    assert understand(DocumentKind.PASSPORT, written, today=TODAY).number == "E12345678"


def test_a_renewed_permit_is_the_same_document() -> None:
    first, renewed = (
        understand(DocumentKind.HK_MACAU_PERMIT, written, today=TODAY) for written in ("H12345678", "H1234567803")
    )
    assert token(first, TOKEN_KEY, key_version=1) == token(renewed, TOKEN_KEY, key_version=1)


def test_a_token_tells_documents_and_keys_apart() -> None:
    male, female = (understand(DocumentKind.RESIDENT_ID, number, today=TODAY) for number in (MALE_1949, FEMALE_1880))
    tokens = {
        token(male, TOKEN_KEY, key_version=1),
        token(female, TOKEN_KEY, key_version=1),
        token(male, bytes(32), key_version=1),
        token(male, TOKEN_KEY, key_version=2),
    }
    assert len(tokens) == 4


@pytest.mark.parametrize("written", ["13800138000", "+86 138-0013-8000", "008613800138000", "１３８００１３８０００"])
def test_a_phone_is_the_same_however_it_was_typed(written: str) -> None:
    assert normal_phone(written) == "13800138000"


def test_the_hub_hears_a_token_and_never_the_number(district: District) -> None:
    district.record(district.details(document_kind=DocumentKind.RESIDENT_ID, document_number=MALE_1949))
    [(event, data)] = [said for said in district.said() if said[0].type == REGISTRATION_RECORDED]
    expected = token(understand(DocumentKind.RESIDENT_ID, MALE_1949, today=TODAY), TOKEN_KEY, key_version=1)
    assert data["documents"] == [{"kind": "resident_id", "key_version": 1, "token": expected}]
    assert MALE_1949[:14].encode() not in bytes(event.data)


def test_the_number_lies_encrypted_in_the_districts_own_database(district: District) -> None:
    registration = district.registration(document_kind=DocumentKind.RESIDENT_ID, document_number=MALE_1949)
    stored = district.session.execute(text("SELECT document_number FROM registration")).scalar_one()
    assert MALE_1949.encode() not in bytes(stored)
    assert registration.document_number is not None
    assert district.settings.field_cipher.decrypt(registration.document_number).decode() == MALE_1949


def test_a_wrong_check_digit_enters_without_a_token_and_marked(district: District) -> None:
    registration = district.registration(document_kind=DocumentKind.RESIDENT_ID, document_number="110105194912310021")
    assert registration.document_token is None
    assert registration.document_flaw is DocumentFlaw.CHECK_DIGIT


def test_what_a_number_proves_fills_blanks_and_contradicts_typing(district: District) -> None:
    blank = district.registration("FT1", document_kind=DocumentKind.RESIDENT_ID, document_number=MALE_1949)
    assert (blank.birth_date, blank.gender, blank.document_disagrees) == (date(1949, 12, 31), "F", None)
    typed = district.registration(
        "FT2",
        document_kind=DocumentKind.RESIDENT_ID,
        document_number=MALE_1949,
        birth_date=date(1949, 12, 13),
        gender="F",
    )
    assert (typed.birth_date, typed.document_disagrees) == (date(1949, 12, 13), "birth_date")
    said = [data for event, data in district.said() if event.type == REGISTRATION_RECORDED]
    assert [data.get("document_disagrees") for data in said] == [None, ["birth_date"]]


@pytest.mark.parametrize("name", ["张伟", "張偉", "Zhang Wei", "阿卜杜拉·买买提", "王 小明\u3000"])
def test_a_name_stays_as_it_was_written(district: District, name: str) -> None:
    assert district.registration(name=name).name == name


def test_the_same_again_is_no_news(district: District) -> None:
    details = district.details(document_kind=DocumentKind.RESIDENT_ID, document_number=MALE_1949, phone="13800138000")
    assert district.record(details) is Outcome.CREATED
    said = len(district.said())
    assert district.record(details) is Outcome.UNCHANGED
    assert len(district.said()) == said


def test_a_change_is_a_later_version(district: District) -> None:
    district.record(district.details(phone="13800138000"))
    assert district.record(district.details(phone="13900139000")) is Outcome.CHANGED
    said = [(event.recordversion, data["phone"]) for event, data in district.said() if event.type == REGISTRATION_RECORDED]
    assert said == [(1, "13800138000"), (2, "13900139000")]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"gender": "X"}, "gender"),
        ({"birth_date": date(2026, 3, 8)}, "birth_date"),
        ({"registered_on": date(2026, 3, 8)}, "registered_on"),
        ({"document_number": "123456"}, "document_kind"),
    ],
)
def test_what_cannot_stand_is_refused_at_its_field(district: District, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        district.record(district.details(**changes))
    assert refused.value.field == field
