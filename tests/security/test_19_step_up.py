"""Can somebody go on without showing as surely, or as lately, who they are as the client wants?"""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from federation.accounts.models import IDLE_LIMIT, Account, AccountSession, DistrictDuty, Method, Role
from federation.directory.models import District
from tests.hub.peers import AT
from tests.support.provider import Person, RelyingParty, RunningProvider, answer_of, request_id_of

SURE = (Method.PASSWORD, Method.ONE_TIME_PASSWORD, Method.SEVERAL_FACTORS)


@pytest.fixture(scope="module")
def district(provider: RunningProvider) -> RelyingParty:
    """The client of a district that has staff."""
    with provider.session() as session, session.begin():
        for code in ("futian", "luohu"):
            session.add(District(code=code, name=code, region_code="440304", joined_at=AT))
    return provider.add_client("district:futian", district="futian", with_key=True)


def claims_of(client: RelyingParty, answer: Any) -> dict[str, Any]:
    return client.read(client.redeem(answer_of(answer)["code"]).json()["id_token"])


@pytest.mark.parametrize(
    "wanted",
    [{"max_age": "0"}, {"prompt": "login"}, {"prompt": "select_account"}, {"acr_values": "2"}, {"max_age": "30"}],
)
def test_a_weaker_or_older_session_has_to_be_renewed(
    provider: RunningProvider, client: RelyingParty, wanted: dict[str, str]
) -> None:
    person = provider.sign_in(ago=timedelta(minutes=1))
    request_id = request_id_of(client.authorize(person, **wanted))
    again = person.get("/authorize/continue", params={"request": request_id})
    assert request_id_of(again) == request_id
    provider.sign_in(person, methods=SURE)
    claims = claims_of(client, person.get("/authorize/continue", params={"request": request_id}))
    assert (claims["acr"], set(claims["amr"])) == ("2", {"pwd", "otp", "mfa"})
    assert claims["iat"] - claims["auth_time"] < 30


@pytest.mark.parametrize("wanted", [{"max_age": "0"}, {"acr_values": "2"}])
def test_without_a_page_there_is_a_refusal(provider: RunningProvider, client: RelyingParty, wanted: dict[str, str]) -> None:
    person = provider.sign_in(ago=timedelta(minutes=1))
    assert answer_of(client.authorize(person, prompt="none", **wanted))["error"] == "login_required"


def test_staff_show_two_factors_where_the_district_learns_what_they_are(
    provider: RunningProvider, district: RelyingParty
) -> None:
    account_id = provider.add_account()
    provider.give_role(account_id, "futian")
    person = provider.sign_in(account_id=account_id)
    staff = "openid profile roles"
    assert request_id_of(district.authorize(person, scope=staff))
    assert answer_of(district.authorize(person, scope=staff, prompt="none"))["error"] == "login_required"
    provider.sign_in(person, methods=SURE)
    tokens = district.tokens(person, scope=staff)
    assert district.userinfo(tokens["access_token"]).json()["roles"] == ["coordinator"]


@pytest.mark.usefixtures("district")
@pytest.mark.parametrize("role", [DistrictDuty.VIEWER, Role.STEWARD])
def test_whoever_is_staff_anywhere_shows_two_factors_before_any_client_is_told(
    provider: RunningProvider, client: RelyingParty, role: DistrictDuty | Role
) -> None:
    account_id = provider.add_account()
    person = provider.sign_in(account_id=account_id)
    assert "code" in answer_of(client.authorize(person, scope="openid"))
    if isinstance(role, DistrictDuty):
        provider.give_role(account_id, "luohu", role)
    else:
        with provider.session() as session, session.begin():
            session.get_one(Account, UUID(account_id)).appoint(role, by="root", at=AT)
    assert request_id_of(client.authorize(person, scope="openid"))
    provider.sign_in(person, methods=SURE)
    assert "code" in answer_of(client.authorize(person, scope="openid"))


def test_whoever_goes_on_to_a_client_has_not_left_the_hub(provider: RunningProvider, client: RelyingParty) -> None:
    person = provider.sign_in(ago=IDLE_LIMIT - timedelta(minutes=1))
    assert "code" in answer_of(client.authorize(person))
    with provider.session() as session:
        [held] = session.query(AccountSession).filter_by(account_id=UUID(person.account_id))
    assert held.seen_at - held.began_at >= IDLE_LIMIT - timedelta(minutes=1)


def test_a_district_learns_of_no_role_elsewhere(provider: RunningProvider, district: RelyingParty) -> None:
    account_id = provider.add_account()
    provider.give_role(account_id, "luohu")
    tokens = district.tokens(provider.sign_in(account_id=account_id, methods=SURE), scope="openid roles")
    assert district.userinfo(tokens["access_token"]).json()["roles"] == []


def test_a_role_is_not_told_for_what_was_shown_before_it_was_given(provider: RunningProvider, district: RelyingParty) -> None:
    """The tokens of a session with one factor stay those of one factor, whatever becomes of the account."""
    person = provider.sign_in()
    tokens = district.tokens(person, scope="openid roles")
    provider.give_role(person.account_id, "futian")
    assert "roles" not in district.userinfo(tokens["access_token"]).json()


def test_nobody_else_s_password_is_enough(provider: RunningProvider, client: RelyingParty) -> None:
    """One that the operator has seen opens the page for choosing another, and nothing beyond."""
    account_id = provider.add_account()
    person = provider.sign_in(account_id=account_id)
    with provider.session() as session, session.begin():
        for account in session.query(Account):
            account.must_change_password = str(account.id) == account_id
    assert request_id_of(client.authorize(person))


def test_a_request_is_answered_once(provider: RunningProvider, client: RelyingParty) -> None:
    visitor: Person = provider.visitor()
    request_id = request_id_of(client.authorize(visitor))
    provider.sign_in(visitor)
    assert "code" in answer_of(visitor.get("/authorize/continue", params={"request": request_id}))
    assert visitor.get("/authorize/continue", params={"request": request_id}).status_code == 400
