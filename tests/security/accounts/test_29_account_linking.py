"""Does anybody come by somebody else's volunteer ID and hours?"""

import pytest
from flask import Flask

from sync.messages import signing
from tests.hub.peers import District, Hub, hours
from tests.support.claiming import NUMBER, registered, slip
from tests.support.people import EMAIL, PASSWORD, PHONE, Someone

OTHERS, CHILDS = "440304199005011230", "110101200001010010"


@pytest.fixture
def futian(hub: Hub) -> District:
    """A district that has registered somebody, with a document and a telephone, and has certified hours."""
    [futian] = hub.enrol("futian")
    hub.hears(futian.says(registered(hub, "r1", phone=PHONE), hours("e1", registration_id="r1", minutes=90)))
    return futian


def claim(someone: Someone, *, number: str = NUMBER, phone: str = PHONE) -> None:
    someone.fill_in("/claim", document_kind="resident_id", document_number=number, phone=phone)


def open_account(someone: Someone) -> None:
    someone.fill_in("/claim/code", code=someone.outbox.code())
    someone.fill_in("/claim/details", name="陈静", password=PASSWORD, again=PASSWORD)


def id_of(hub: Hub, district: District, key: str = "r1") -> str:
    return hub.told(district)[key]


def test_29_document_telephone_and_a_code_together_are_enough(hub: Hub, futian: District, stranger: Someone) -> None:
    claim(stranger)
    open_account(stranger)
    assert stranger.volunteer_id == id_of(hub, futian)
    assert "1 h 30 min" in stranger.get("/account/hours").text


def test_29_signing_up_with_the_document_and_the_registered_telephone_is_a_claim(
    hub: Hub, futian: District, stranger: Someone
) -> None:
    stranger.sign_up(document_number=NUMBER)
    assert stranger.volunteer_id == id_of(hub, futian)


@pytest.mark.parametrize("document", [{}, {"document_number": OTHERS}])
def test_29_the_same_telephone_alone_links_nothing(
    hub: Hub, futian: District, stranger: Someone, document: dict[str, str]
) -> None:
    stranger.sign_up(**document)
    assert stranger.volunteer_id != id_of(hub, futian)


def test_29_the_same_document_alone_links_nothing(hub: Hub, futian: District, stranger: Someone) -> None:
    stranger.sign_up(address="13800000000", document_number=NUMBER)
    assert stranger.volunteer_id != id_of(hub, futian)
    claim(stranger, phone="13800000000")
    assert stranger.outbox.letters("13800000000")[0].topic == "code"  # that of signing up; the claim sends nothing
    assert len(stranger.outbox.letters("13800000000")) == 1


def test_29_an_e_mail_address_links_nothing(hub: Hub, futian: District, stranger: Someone) -> None:
    stranger.sign_up(address=EMAIL, document_number=NUMBER)
    assert stranger.volunteer_id != id_of(hub, futian)


@pytest.mark.usefixtures("futian")
def test_29_nobody_claims_whom_somebody_else_claimed(app: Flask, hub: Hub, stranger: Someone) -> None:
    claim(stranger)
    open_account(stranger)
    second = Someone(app, hub)
    claim(second)
    assert second.outbox.letters(PHONE)[0].topic == "notice"


def test_29_two_of_a_family_share_a_telephone_and_keep_apart(app: Flask, hub: Hub, futian: District, stranger: Someone) -> None:
    hub.hears(futian.says(registered(hub, "r2", phone=PHONE, number=CHILDS, name="陈小明")))
    claim(stranger)
    open_account(stranger)
    child = Someone(app, hub)
    claim(child, number=CHILDS)
    open_account(child)
    assert child.volunteer_id == id_of(hub, futian, "r2") != stranger.volunteer_id
    # By the telephone that account is signed in to that had it first.
    visitor = Someone(app, hub)
    visitor.sign_in(PHONE)
    assert visitor.volunteer_id == stranger.volunteer_id
    visitor.fill_in("/account/", "/sign-out")
    visitor.sign_in(child.volunteer_id)
    assert visitor.volunteer_id == child.volunteer_id


def test_29_a_slip_from_the_district_is_enough_once(app: Flask, hub: Hub, futian: District, stranger: Someone) -> None:
    written = slip(futian)
    stranger.fill_in("/claim/slip", slip=written)
    stranger.fill_in("/claim/details", name="陈静", password=PASSWORD, again=PASSWORD)
    assert stranger.volunteer_id == id_of(hub, futian)
    assert Someone(app, hub).fill_in("/claim/slip", slip=written).status_code == 422


def test_29_who_has_an_account_claims_for_that_one(hub: Hub, futian: District, someone: Someone) -> None:
    someone.fill_in("/claim/slip", slip=slip(futian))
    someone.fill_in("/claim/details")
    assert someone.volunteer_id == id_of(hub, futian)


def test_29_a_slip_that_is_old_foreign_or_changed_is_nothing(hub: Hub, futian: District, stranger: Someone) -> None:
    [luohu] = hub.enrol("luohu")
    header, payload, signature = slip(futian).split(".")
    _, others, _ = slip(futian, "r2").split(".")
    forged = District("futian")
    forged.key = signing.generate_key()
    wrong = [
        slip(futian, expires_in_seconds=-1),
        slip(luohu),
        f"{header}.{others}.{signature}",
        slip(forged),
        "a.b.c",
        "",
        f"{header}.{payload}.",
    ]
    for written in wrong:
        assert stranger.fill_in("/claim/slip", slip=written).status_code == 422
