"""What does a volunteer see of themselves in a district, and how do they come to be registered there?"""

from pathlib import Path
from typing import Any

import pytest

from api.tenant.people.own import PAGE_LENGTH
from api.tenant.people.refusals import FLAWS
from tenants.hours import certifying
from tenants.registrations.models import Registration
from tenants.sso.flaws import Flaw
from tenants.sso.models import RelyingParty
from tenants.sso.reading_events import latest_events
from tests.support.desk import PASSWORD, Visitor, add_staff
from tests.support.district import NOW, District, founded_district
from tests.support.made_provider import Provider, come_back, let_the_interval_pass, sign_in

VOLUNTEER_ID = "44012345678912"
FORMER_ID = "44098765432106"


@pytest.fixture
def volunteer(district: District) -> Visitor:
    return Visitor(district)


def registered(district: District, volunteer_id: str = VOLUNTEER_ID) -> Registration:
    """A registration of which the hub has said whose it is."""
    registration = district.registration(name="李敏", phone="13800000000")
    registration.follow(volunteer_id, epoch=1, version=1)
    district.session.commit()
    return registration


def test_without_the_hub_s_answer_nobody_is_sent_there(tmp_path: Path) -> None:
    with founded_district(f"sqlite:///{tmp_path / 'alone.db'}") as alone:
        visitor = Visitor(alone)
        assert "is not set up here yet" in visitor.get("/").text
        assert visitor.get("/sign-in/city").status_code == 503


def test_a_volunteer_sees_their_registration_and_hours_with_states_and_reasons(
    district: District, provider: Provider, volunteer: Visitor
) -> None:
    registration = registered(district)
    certified, refused, _ = (district.submitted(hours_ago=hours) for hours in (30, 20, 10))
    registration.phone = "13800000000"
    certifying.certify(district.session, certified, by="li", at=NOW, settings=district.settings)
    refused.refuse(reason="未到场", by="li", at=NOW)
    district.session.commit()
    assert "Sign in with your city ID" in volunteer.get("/").text
    sign_in(volunteer, provider)
    text = volunteer.text()
    assert "44 0123 4567 89 12" in text
    assert "13800000000" in text
    assert "Certified" in text
    assert "未到场" in text
    assert f'href="{provider.issuer}/account/hours"' in volunteer.get("/me/").text
    assert volunteer.get("/me/?page=2").status_code == volunteer.get("/me/?page=x").status_code == 200


def test_a_volunteer_sees_no_draft(district: District, provider: Provider, volunteer: Visitor) -> None:
    registered(district)
    entry = district.submitted()
    entry.state = type(entry.state).DRAFT
    district.session.commit()
    sign_in(volunteer, provider)
    assert "No hours yet." in volunteer.text()


@pytest.mark.parametrize("known_as", [VOLUNTEER_ID, FORMER_ID])
def test_the_registration_is_found_by_the_id_that_leads_to_the_person(
    district: District, provider: Provider, volunteer: Visitor, known_as: str
) -> None:
    registered(district, known_as)
    provider.person["former_volunteer_ids"] = [FORMER_ID]
    sign_in(volunteer, provider)
    assert "Hours in this district" in volunteer.text()


def test_nobody_sees_the_registration_of_somebody_from_whom_they_were_parted(
    district: District, provider: Provider, volunteer: Visitor
) -> None:
    registered(district).follow(FORMER_ID, epoch=1, version=2)
    district.session.commit()
    sign_in(volunteer, provider)
    assert "Hours in this district" not in volunteer.text()
    assert "Do you want to be?" in volunteer.text()


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
def test_who_is_not_registered_is_asked_and_then_registered_under_the_id(
    district: District, provider: Provider, volunteer: Visitor
) -> None:
    sign_in(volunteer, provider)
    assert "Do you want to be?" in volunteer.text()
    refused = volunteer.post("/me/registration", organization=str(district.street.id), phone="138 0000 0000")
    assert refused.status_code == 422
    assert "Without your consent no registration is opened." in volunteer.text()
    volunteer.post("/me/registration", organization=str(district.street.id), phone="138 0000 0000", agreed="y")
    assert "You are registered here." in volunteer.text()
    assert "44 0123 4567 89 12" in volunteer.text()
    event, said = district.said()[-1]
    assert event.type == "registration.recorded.v1"
    assert (said["name"], said["phone"], said["subject"]) == ("李敏", "13800000000", provider.person["sub"])
    assert said.get("documents") is None


def test_nobody_is_registered_twice_by_sending_the_form_twice(
    district: District, provider: Provider, volunteer: Visitor
) -> None:
    sign_in(volunteer, provider)
    volunteer.post("/me/registration", organization=str(district.street.id), agreed="y")
    again = volunteer.send(
        "POST",
        "/me/registration",
        data={"organization": str(district.street.id), "agreed": "y", "csrf_token": volunteer.hidden("csrf_token")},
    )
    assert again.status_code == 409
    assert district.session.query(Registration).count() == 1


def test_who_has_no_id_yet_is_found_again_by_as_whom_the_hub_knows_them(
    district: District, provider: Provider, volunteer: Visitor
) -> None:
    provider.person["volunteer_id"] = None
    sign_in(volunteer, provider)
    assert "You get one with this registration." in volunteer.text()
    volunteer.post("/me/registration", organization=str(district.street.id), agreed="y")
    assert "The city has not answered yet." in volunteer.text()
    volunteer.client.delete_cookie("banyan_futian_session")
    sign_in(volunteer, provider)
    assert "Hours in this district" in volunteer.text()


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
def test_what_the_hub_says_now_is_taken_over_after_the_interval_and_not_before(
    district: District, provider: Provider, volunteer: Visitor
) -> None:
    sign_in(volunteer, provider)
    provider.person["name"] = "李敏敏"
    assert "李敏敏" not in volunteer.get("/me/registration").text
    let_the_interval_pass(district)
    assert "李敏敏" in volunteer.get("/me/registration").text
    let_the_interval_pass(district)
    assert volunteer.get("/me/registration").status_code == 200


def test_a_sign_in_by_which_the_hub_does_not_stand_ends(district: District, provider: Provider, volunteer: Visitor) -> None:
    sign_in(volunteer, provider)
    provider.refusing = "invalid_grant"
    let_the_interval_pass(district)
    assert volunteer.get("/me/registration").headers["Location"] == "/"


def test_while_the_hub_is_away_sessions_go_on_and_say_so(district: District, provider: Provider, volunteer: Visitor) -> None:
    add_staff(district)
    sign_in(volunteer, provider)
    provider.away = True
    let_the_interval_pass(district)
    assert "does not answer at present" in volunteer.get("/me/registration").text
    li, newcomer = Visitor(district), Visitor(district)
    li.sign_in("li", PASSWORD)
    assert "Nothing waits for you." in li.text()
    assert [event.kind for event in latest_events(district.session, limit=1)] == ["signed_in_locally"]
    assert newcomer.get("/").status_code == 200
    provider.away, provider.seconds_later = False, 60.0
    let_the_interval_pass(district)
    assert "does not answer at present" not in volunteer.get("/me/registration").text


def test_while_the_hub_is_away_not_everybody_waits_for_it(district: District, provider: Provider) -> None:
    visitors = [Visitor(district) for _ in range(3)]
    for visitor in visitors:
        sign_in(visitor, provider)
    provider.away = True
    let_the_interval_pass(district)
    asked = len(provider.calls)
    for visitor in visitors:
        assert "does not answer at present" in visitor.get("/me/registration").text
    assert len(provider.calls) == asked + 1


@pytest.mark.parametrize(("reads", "tag"), [("zh-CN", "zh-Hans"), ("en-GB", "en")])
def test_the_hub_is_told_in_which_language_somebody_reads(provider: Provider, district: District, reads: str, tag: str) -> None:
    come_back(Visitor(district, {"Accept-Language": reads}), provider)
    assert provider.asked[-1]["ui_locales"] == tag


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"change_answer": lambda answer: answer.update(iss="https://elsewhere.example")}, "（签发者不符）"),
        ({"change_answer": lambda answer: answer.update(code=["a", "b"])}, "（同一内容出现两次）"),
        ({"change_answer": lambda answer: answer.pop("code")}, "（缺少授权码）"),
        ({"change_claims": lambda claims: claims.update(nonce="another")}, "（声明内容不符）"),
        ({"change_claims": lambda claims: claims.update(exp=claims["iat"] - 600)}, "（已过期）"),
        ({"change_person": lambda told: told.update(sub="somebody else")}, "（涉及两个人）"),
        ({"seal": lambda *_: "a.b.c"}, "（签名无效）"),
    ],
)
def test_a_reader_of_chinese_is_told_in_chinese_what_is_wrong_with_the_city_s_answer(
    provider: Provider, district: District, change: dict[str, Any], said: str
) -> None:
    for name, value in change.items():
        setattr(provider, name, value)
    reader = Visitor(district, {"Accept-Language": "zh-CN"})
    answer = reader.get(come_back(reader, provider))
    assert answer.status_code == 400
    assert said in answer.text


def test_every_flaw_has_words_for_who_reads_of_it() -> None:
    assert FLAWS.keys() == set(Flaw)


def test_who_comes_back_while_the_hub_is_away_is_told_to_try_again(provider: Provider, volunteer: Visitor) -> None:
    back = come_back(volunteer, provider)
    provider.away = True
    answer = volunteer.get(back)
    assert answer.status_code == 503
    assert "Try again in a few minutes." in answer.text


def test_hours_that_do_not_fit_stand_on_another_page(district: District, provider: Provider, volunteer: Visitor) -> None:
    registered(district)
    for entry in range(1, PAGE_LENGTH + 2):
        district.submitted(hours_ago=10 * entry)
    district.session.commit()
    sign_in(volunteer, provider)
    assert 'href="/me/?page=2"' in volunteer.get("/me/").text
    assert 'href="/me/?page=1"' in volunteer.get("/me/?page=2").text
    assert f"{PAGE_LENGTH + 1}–{PAGE_LENGTH + 1} of {PAGE_LENGTH + 1}" in volunteer.text()


def test_signing_out_goes_on_to_the_hub_with_its_own_word(provider: Provider, volunteer: Visitor) -> None:
    sign_in(volunteer, provider)
    page = volunteer.post("/sign-out")
    assert f'content="0; url={provider.issuer}/end-session?id_token_hint=' in page.text
    assert volunteer.get("/me/").headers["Location"] == "/"
    assert "You are signed out." in volunteer.get("/signed-out").text


def test_over_https_one_signs_out_though_no_browser_says_where_one_comes_from(provider: Provider, volunteer: Visitor) -> None:
    sign_in(volunteer, provider)
    token = {"csrf_token": volunteer.hidden("csrf_token")}
    assert volunteer.send("POST", "/sign-out", base_url="https://localhost", data=token).status_code == 200
    assert volunteer.get("/me/").headers["Location"] == "/"


def test_the_provider_that_the_hub_names_last_counts(district: District, provider: Provider, volunteer: Visitor) -> None:
    party = district.session.get_one(RelyingParty, "futian")
    party.issuer = f"{provider.issuer}/elsewhere"
    district.session.commit()
    assert volunteer.get("/sign-in/city").status_code == 503
    assert volunteer.get("/").status_code == 200
