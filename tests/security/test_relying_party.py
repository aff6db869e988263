"""Does a district believe the hub, and nobody else?

Each number is that of a threat, in all files of this folder the same.
"""

import base64
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import ECKey
from werkzeug.test import TestResponse

from tenants.sso.models import LocalSession
from tenants.sso.reading_events import latest_events
from tenants.staff.models import Role
from tests.support.desk import PASSWORD, Visitor, add_staff
from tests.support.district import District, founded_district
from tests.support.made_provider import (
    PUBLIC_URL,
    Provider,
    at_desk,
    come_back,
    let_the_interval_pass,
    new_key,
    parameters_of,
    provider_of,
    sign_in,
    somebody,
)

CALLBACK = "/sign-in/callback"
RECEIVER = "/sign-in/back-channel-logout"
OTHERS = "district:luohu"


@pytest.fixture
def district(tmp_path: Path) -> Iterator[District]:
    """A district at which people sign in by the hub's word."""
    with founded_district(f"sqlite:///{tmp_path / 'district.db'}", public_url=PUBLIC_URL) as founded:
        yield founded


@pytest.fixture
def provider(district: District) -> Iterator[Provider]:
    """Its provider, at which a volunteer has signed in."""
    with provider_of(district) as provider:
        provider.person = somebody()
        yield provider


@pytest.fixture
def visitor(district: District) -> Visitor:
    """Somebody with a browser."""
    return Visitor(district)


def assert_refused(visitor: Visitor, answer: TestResponse) -> None:
    """The answer says so, and opened nothing."""
    assert answer.status_code == 400, answer.text
    assert visitor.get("/me/").headers["Location"] == "/"


def is_signed_in(visitor: Visitor) -> bool:
    return visitor.get("/me/").headers.get("Location") != "/"


def hear(visitor: Visitor, token: str) -> TestResponse:
    """What the district answers to a logout token."""
    return visitor.send("POST", RECEIVER, data={"logout_token": token})


def encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


def unsigned(header: dict[str, Any], claims: dict[str, Any], _key: ECKey) -> str:
    return ".".join(encoded(json.dumps(part).encode()) for part in ({**header, "alg": "none"}, claims)) + "."


def signed_with_what_everybody_knows(header: dict[str, Any], claims: dict[str, Any], key: ECKey) -> str:
    said = ".".join(encoded(json.dumps(part).encode()) for part in ({**header, "alg": "HS256"}, claims))
    return f"{said}.{encoded(hmac.digest(key.as_pem(private=False), said.encode(), 'sha256'))}"


def signed_by_a_key_that_it_brings(header: dict[str, Any], claims: dict[str, Any], _key: ECKey) -> str:
    own = new_key()
    brought = {"jwk": own.as_dict(private=False), "jku": "https://elsewhere.example/keys"}
    return jwt.encode({**header, "kid": own.thumbprint(), **brought}, claims, own)


def signed_by_another_under_its_name(header: dict[str, Any], claims: dict[str, Any], _key: ECKey) -> str:
    return jwt.encode(header, claims, new_key())


def without_the_key_s_name(header: dict[str, Any], claims: dict[str, Any], key: ECKey) -> str:
    return jwt.encode({name: value for name, value in header.items() if name != "kid"}, claims, key)


FORGERIES = [
    unsigned,
    signed_with_what_everybody_knows,
    signed_by_a_key_that_it_brings,
    signed_by_another_under_its_name,
    without_the_key_s_name,
]


@pytest.mark.parametrize("iss", [None, "https://elsewhere.example", "", ["issuer", "issuer"]])
@pytest.mark.parametrize("error", [False, True])
def test_07_an_answer_of_no_issuer_or_another_one_is_refused(
    visitor: Visitor, provider: Provider, iss: Any, error: bool
) -> None:
    def change(answer: dict[str, Any]) -> None:
        answer.pop("iss")
        if iss is not None:
            answer["iss"] = [provider.issuer, provider.issuer] if isinstance(iss, list) else iss
        if error:
            answer.pop("code")
            answer["error"] = "access_denied"

    provider.change_answer = change
    assert_refused(visitor, visitor.get(come_back(visitor, provider)))
    assert "/token" not in provider.calls


def test_07_an_error_of_the_right_issuer_is_a_no(visitor: Visitor, provider: Provider) -> None:
    provider.change_answer = lambda answer: answer.update(error="access_denied")
    answer = visitor.get(come_back(visitor, provider))
    assert answer.status_code == 403
    assert "You were not signed in." in answer.text


@pytest.mark.parametrize(
    "said",
    [
        {"aud": OTHERS},
        {"aud": [OTHERS, "district:futian"], "azp": OTHERS},
        {"aud": ["district:futian", OTHERS]},
        {"azp": OTHERS},
        {"iss": "https://elsewhere.example"},
        {"aud": None},
    ],
)
def test_08_an_id_token_for_another_district_is_refused(visitor: Visitor, provider: Provider, said: dict[str, Any]) -> None:
    provider.change_claims = lambda claims: claims.update(said)
    assert_refused(visitor, visitor.get(come_back(visitor, provider)))


def test_08_what_is_told_of_somebody_else_is_refused(visitor: Visitor, provider: Provider) -> None:
    provider.change_person = lambda told: told.update(sub="somebody else")
    assert_refused(visitor, visitor.get(come_back(visitor, provider)))


def test_08_a_logout_token_for_another_district_ends_nothing(visitor: Visitor, provider: Provider) -> None:
    sign_in(visitor, provider)
    assert hear(visitor, provider.logout_token(aud=OTHERS)).status_code == 400
    assert is_signed_in(visitor)


@pytest.mark.parametrize("state", [None, "", "altered"])
def test_09_an_answer_with_no_state_or_another_one_is_refused(visitor: Visitor, provider: Provider, state: str | None) -> None:
    def change(answer: dict[str, Any]) -> None:
        answer.pop("state")
        if state is not None:
            answer["state"] = state

    provider.change_answer = change
    assert_refused(visitor, visitor.get(come_back(visitor, provider)))


def test_09_an_answer_counts_once(visitor: Visitor, provider: Provider) -> None:
    back = come_back(visitor, provider)
    assert visitor.get(back).status_code == 303
    visitor.client.delete_cookie("banyan_futian_session")
    assert_refused(visitor, visitor.get(back))


def test_09_an_answer_counts_in_the_browser_that_asked(visitor: Visitor, provider: Provider, district: District) -> None:
    back, another = come_back(visitor, provider), Visitor(district)
    come_back(another, provider)
    answer = another.get(back)
    assert_refused(another, answer)
    assert "did not begin in this browser" in answer.text


@pytest.mark.parametrize("nonce", [None, "another"])
def test_09_an_id_token_that_was_not_asked_for_is_refused(visitor: Visitor, provider: Provider, nonce: str | None) -> None:
    provider.change_claims = lambda claims: claims.update(nonce=nonce)
    assert_refused(visitor, visitor.get(come_back(visitor, provider)))


def test_09_two_tabs_each_find_their_way(visitor: Visitor, provider: Provider) -> None:
    first, second = come_back(visitor, provider), come_back(visitor, provider)
    assert visitor.get(second).status_code == 303
    assert visitor.get(first).status_code == 303
    assert is_signed_in(visitor)


@pytest.mark.parametrize("seal", FORGERIES, ids=lambda seal: seal.__name__)
def test_10_a_token_that_the_provider_did_not_sign_opens_nothing_and_ends_nothing(
    visitor: Visitor, provider: Provider, seal: Callable[..., str]
) -> None:
    sign_in(visitor, provider)
    provider.seal = seal
    assert hear(visitor, provider.logout_token()).status_code == 400
    assert is_signed_in(visitor)
    visitor.client.delete_cookie("banyan_futian_session")
    assert_refused(visitor, visitor.get(come_back(visitor, provider)))


@pytest.mark.parametrize("typ", ["logout+jwt", "at+jwt"])
def test_10_a_token_of_another_kind_is_no_id_token(visitor: Visitor, provider: Provider, typ: str) -> None:
    provider.change_header = lambda header: header.update(typ=typ)
    assert_refused(visitor, visitor.get(come_back(visitor, provider)))


@pytest.mark.parametrize("typ", ["JWT", "at+jwt"])
def test_10_a_token_of_another_kind_is_no_logout_token(visitor: Visitor, provider: Provider, typ: str) -> None:
    sign_in(visitor, provider)
    provider.change_header = lambda header: header.update(typ=typ)
    assert hear(visitor, provider.logout_token()).status_code == 400
    assert is_signed_in(visitor)


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[District]:
    """A district behind HTTPS."""
    url = f"sqlite:///{tmp_path / 'guarded.db'}"
    with founded_district(url, public_url=PUBLIC_URL, secure_cookies=True) as founded:
        yield founded


def test_12_cookies_are_this_host_s_alone(guarded: District) -> None:
    with provider_of(guarded) as provider:
        provider.person = somebody()
        visitor = Visitor(guarded)
        visitor.client.environ_base["wsgi.url_scheme"] = "https"
        sent = visitor.get("/sign-in/city", base_url="https://localhost")
        back = come_back_from(sent, provider)
        answered = visitor.get(back, base_url="https://localhost")
    cookies = [*sent.headers.getlist("Set-Cookie"), *answered.headers.getlist("Set-Cookie")]
    names = {cookie.partition("=")[0] for cookie in cookies}
    assert names == {"__Host-banyan_futian", "__Host-banyan_futian_session"}
    for cookie in cookies:
        attributes = {part.strip() for part in cookie.split(";")[1:]}
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= attributes
        assert not any(attribute.startswith("Domain") for attribute in attributes)
    [held] = guarded.session.query(LocalSession)
    assert held.key_hash not in str(cookies)
    assert "session" not in answered.headers["Location"]


def come_back_from(sent: TestResponse, provider: Provider) -> str:
    """Where the provider sends who was `sent` to it."""
    asked = parameters_of(sent.headers["Location"])
    provider.codes["the code"] = asked
    return f"{CALLBACK}?{urlencode({'code': 'the code', 'state': asked['state'], 'iss': provider.issuer})}"


@pytest.mark.parametrize("path", [CALLBACK, "/", "/me/", "/signed-out"])
def test_13_no_page_of_a_volunteer_is_framed_kept_or_told_of(visitor: Visitor, provider: Provider, path: str) -> None:
    sign_in(visitor, provider)
    headers = visitor.get(path).headers
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"


def test_20_a_new_key_is_fetched_when_it_signs_and_an_old_one_counts_while_it_is_shown(
    district: District, provider: Provider
) -> None:
    sign_in(Visitor(district), provider)
    old = provider.key
    provider.keys.append(new_key())
    assert sign_in(Visitor(district), provider).status_code == 200
    provider.keys = [provider.key, old]
    assert sign_in(Visitor(district), provider).status_code == 200
    assert provider.calls.count("/jwks") == 2


def test_20_eight_people_sign_in_while_the_key_changes(district: District, provider: Provider) -> None:
    reached: list[int] = []
    gate = threading.Barrier(9)

    def enter() -> None:
        visitor = Visitor(district)
        back = visitor.client.get("/sign-in/city").headers["Location"]
        back = requests.get(back, allow_redirects=False, timeout=10).headers["Location"].removeprefix(PUBLIC_URL)
        gate.wait()
        reached.append(visitor.client.get(back).status_code)

    threads = [threading.Thread(target=enter) for _ in range(8)]
    for thread in threads:
        thread.start()
    gate.wait()
    provider.keys.append(new_key())
    for thread in threads:
        thread.join()
    assert reached == [303] * 8


def test_20_keys_that_nobody_has_do_not_make_the_district_ask_each_time(visitor: Visitor, provider: Provider) -> None:
    sign_in(visitor, provider)
    provider.seal = signed_by_a_key_that_it_brings
    for _ in range(5):
        assert hear(visitor, provider.logout_token()).status_code == 400
    assert provider.calls.count("/jwks") == 2


@pytest.mark.parametrize("seconds", [-60, 60])
def test_21_a_clock_that_is_a_minute_off_is_no_matter(visitor: Visitor, provider: Provider, seconds: float) -> None:
    provider.seconds_ahead = seconds
    sign_in(visitor, provider)
    assert is_signed_in(visitor)


@pytest.mark.parametrize("seconds", [-600, 600])
def test_21_a_clock_that_is_ten_minutes_off_is_named(visitor: Visitor, provider: Provider, seconds: float) -> None:
    provider.seconds_ahead = seconds
    answer = visitor.get(come_back(visitor, provider))
    assert "are 10 minutes apart" in answer.text
    assert_refused(visitor, answer)


@pytest.mark.parametrize(
    "said",
    [
        {"aud": "somebody"},
        {"iss": "https://elsewhere.example"},
        {"nonce": "one"},
        {"events": None},
        {"events": {}},
        {"events": {"http://schemas.openid.net/event/other": {}}},
        {"jti": None},
        {"sid": None},
        {"sid": "unknown"},
        {"exp": int(time.time()) - 600},
        {"exp": None},
        {"iat": None},
        {"iat": int(time.time()) + 600},
    ],
    ids=" ".join,
)
def test_23_a_bad_logout_token_is_refused_and_kept_by_nobody(
    visitor: Visitor, provider: Provider, said: dict[str, Any]
) -> None:
    sign_in(visitor, provider)
    provider.change_claims = lambda claims: claims.update(said)
    answer = hear(visitor, provider.logout_token())
    assert (answer.status_code, answer.headers["Cache-Control"]) == (400, "no-store")
    assert is_signed_in(visitor)


@pytest.mark.usefixtures("provider")
@pytest.mark.parametrize("token", ["", "x", "a.b.c", "\x7f" * 9, "e30.e30.e30"])
def test_23_what_is_no_token_is_refused(visitor: Visitor, token: str) -> None:
    answer = hear(visitor, token)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (400, "no-store")


def test_23_a_logout_token_counts_once(visitor: Visitor, provider: Provider) -> None:
    sign_in(visitor, provider)
    token = provider.logout_token()
    first = hear(visitor, token)
    assert (first.status_code, first.headers["Cache-Control"]) == (200, "no-store")
    sign_in(visitor, provider)
    again = hear(visitor, token)
    assert (again.status_code, again.headers["Cache-Control"]) == (400, "no-store")
    assert is_signed_in(visitor)


def test_24_who_signed_out_elsewhere_is_out_here_at_once_and_sees_nothing_by_going_back(
    visitor: Visitor, provider: Provider, district: District
) -> None:
    sign_in(visitor, provider)
    another = Visitor(district)
    sign_in(another, provider, "/sign-in/desk")
    assert visitor.get("/me/registration").headers["Cache-Control"] == "no-store"
    assert hear(Visitor(district), provider.logout_token()).status_code == 200
    assert not is_signed_in(visitor)
    assert not is_signed_in(another)
    assert all(held.id_token is held.refresh_token is None for held in district.session.query(LocalSession))


@pytest.mark.parametrize("minutes_ago", [16, 60])
def test_19_an_older_sign_in_than_was_asked_for_does_nothing_grave(
    district: District, provider: Provider, minutes_ago: int
) -> None:
    li = at_desk(district, provider, auth_time=int(time.time()) - minutes_ago * 60)
    registration = district.registration("FT1")
    assert li.get(f"/volunteers/{registration.id}/slip").headers["Location"] == "/sign-in/again"
    back = come_back(li, provider, "/sign-in/desk")
    answer = li.get(back)
    assert answer.status_code == 400
    assert "an old sign-in" in answer.text
    assert li.get(f"/volunteers/{registration.id}/slip").headers["Location"] == "/sign-in/again"


@pytest.mark.parametrize("auth_time", [None, "yesterday", 10**30])
def test_19_without_the_time_when_somebody_showed_who_they_are_nobody_is_signed_in(
    visitor: Visitor, provider: Provider, auth_time: Any
) -> None:
    provider.person["auth_time"] = auth_time
    assert_refused(visitor, visitor.get(come_back(visitor, provider)))


def test_27_a_role_that_the_hub_takes_ends_here_within_the_refresh_interval(district: District, provider: Provider) -> None:
    li = at_desk(district, provider)
    assert li.get("/queue/").status_code == 200
    provider.person["roles"] = []
    let_the_interval_pass(district)
    assert "Waiting hours" not in li.get("/desk/").text


def test_27_who_works_at_the_desk_comes_to_the_page_that_they_wanted_and_to_no_address_of_others(
    district: District, provider: Provider
) -> None:
    at_desk(district, provider)
    li = Visitor(district)
    assert li.get("/queue/?name=x").headers["Location"] == "/sign-in"
    back = come_back(li, provider, "/sign-in/desk?next=https://elsewhere.example")
    assert li.get(back).headers["Location"] == "/queue/?name=x"


def test_27_a_role_of_the_hub_s_gives_no_more_than_the_district_did(district: District, provider: Provider) -> None:
    li = at_desk(district, provider, roles=["administrator"])
    page = li.get("/desk/").text
    assert "Sign out" in page
    assert "Waiting hours" not in page
    assert "Imports" not in page


def test_27_with_one_factor_nobody_works_at_a_desk(district: District, provider: Provider) -> None:
    li = at_desk(district, provider)
    provider.person["acr"] = "1"
    let_the_interval_pass(district)
    assert li.get("/queue/").headers["Location"] == "/sign-in"
    assert "Show a second factor" in li.get("/sign-in").text


@pytest.mark.parametrize("name", ["李敏", "li"])
def test_27_the_same_name_links_nothing(district: District, provider: Provider, name: str) -> None:
    add_staff(district, "li", role=Role.COORDINATOR)
    provider.person = somebody(acr="2", roles=["coordinator"], name=name)
    visitor = Visitor(district)
    sign_in(visitor, provider, "/sign-in/desk")
    assert visitor.get("/queue/").headers["Location"] == "/sign-in"
    visitor.get("/sign-in")
    assert visitor.post("/sign-in/link", username="li", password="wrong").status_code == 401
    assert visitor.get("/queue/").headers["Location"] == "/sign-in"


def test_27_an_account_that_is_somebody_s_is_nobody_else_s(district: District, provider: Provider) -> None:
    at_desk(district, provider)
    provider.person = somebody(acr="2", roles=["coordinator"])
    visitor = Visitor(district)
    sign_in(visitor, provider, "/sign-in/desk")
    visitor.get("/sign-in")
    assert visitor.post("/sign-in/link", username="li", password=PASSWORD).status_code == 409
    assert [event.kind.value for event in latest_events(district.session, limit=9)].count("account_linked") == 1
