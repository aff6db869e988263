"""Does somebody who signs in once find every district open, and by signing out close all of them?"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from federation.accounts.models import Account, AccountSession, DistrictRole, Method
from federation.identity.models import Link, LinkReason
from federation.sso.keys import rotating
from tenants.organizations.arranging import root
from tenants.registrations.models import Registration
from tenants.registrations.registering import RegistrationDetails, record_registration
from tenants.sso.models import REFRESH_INTERVAL, LocalSession
from tenants.staff.appointing import add_staff_member
from tenants.staff.models import Role
from tests.hub.peers import AT
from tests.support.desk import PASSWORD
from tests.support.listening import telling
from tests.support.provider import Person
from tests.support.signing_in import City, Place, browser, origin_of, signing_in_city
from tests.support.waiting import eventually

SECONDS_TO_BE_OUT = 5
SURE = (Method.PASSWORD, Method.ONE_TIME_PASSWORD, Method.SEVERAL_FACTORS)


@pytest.fixture
def city(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[City]:
    """Two districts, of which one knows a volunteer."""
    with signing_in_city(monkeypatch, tmp_path, "futian", "luohu") as city:
        register(city.places["futian"])
        city.exchange()
        yield city


def register(place: Place, name: str = "李敏") -> None:
    def record(session: Session) -> None:
        details = RegistrationDetails(local_number="FT1", name=name, organization=root(session), registered_on=AT.date())
        record_registration(session, details, existing=None, settings=place.settings, at=AT)

    place.do(record)


def volunteer_id(place: Place) -> str | None:
    return place.do(lambda session: session.scalars(select(Registration.volunteer_id)).one())


def somebody(city: City, **how: Any) -> httpx.Client:
    """The volunteer's browser, who is signed in at the hub."""
    known = volunteer_id(city.places["futian"])
    held = [str(account.id) for account in city.provider.rows(Account)]
    account_id = held[0] if held else city.provider.add_account(name="李敏", volunteer_id=known)
    person = Person(browser())
    city.provider.sign_in(person, account_id=account_id, **how)
    return person.browser


def coordinator(city: City, place: Place, **how: Any) -> tuple[httpx.Client, httpx.Response]:
    """The browser of a coordinator who is signed in at the hub with two factors, and their desk, which that opens now."""
    visitor = somebody(city, methods=SURE, **how)
    city.provider.give_role(account_of(city), place.settings.district)
    place.do(add_coordinator)
    linking = visitor.get(f"{place.address}/sign-in/desk")
    return visitor, send_form(visitor, linking, username="li", password=PASSWORD)


def enter(visitor: httpx.Client, place: Place) -> httpx.Response:
    """Follows the one link that signs in, and every way that it leads."""
    page = visitor.get(f"{place.address}/")
    assert "Sign in with your city ID" in page.text
    return visitor.get(f"{place.address}/sign-in/city")


def is_in(visitor: httpx.Client, place: Place) -> bool:
    return visitor.get(f"{place.address}/me/").url.path != "/"


def send_form(visitor: httpx.Client, page: httpx.Response, **fields: str) -> httpx.Response:
    """Sends the form in the page's main part."""
    main = page.text[page.text.index("<main") :]
    action = re.search(r'<form method="post" action="([^"]+)"', main)
    token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', main)
    assert action, main
    assert token, main
    return visitor.post(str(page.url.join(action[1])), data={"csrf_token": token[1], **fields})


def test_the_second_district_opens_without_anything_typed(city: City) -> None:
    futian, luohu = city.places["futian"], city.places["luohu"]
    visitor = somebody(city)
    first = enter(visitor, futian)
    assert (first.url.path, "Hours in this district" in first.text) == ("/me/", True)
    second = enter(visitor, luohu)
    assert "Do you want to be?" in second.text
    place = luohu.do(lambda session: str(root(session).id))
    page = send_form(visitor, second, organization=place, agreed="y")
    assert "You are registered here." in page.text
    city.exchange()
    assert volunteer_id(luohu) == volunteer_id(futian)
    links = {link.reason: link for link in city.provider.rows(Link)}
    assert links[LinkReason.SIGN_IN].verified
    assert "Hours in this district" in visitor.get(f"{luohu.address}/me/").text


def sign_out(visitor: httpx.Client, place: Place) -> httpx.Response:
    """Signs out there, and goes where the page leads."""
    page = visitor.get(f"{place.address}/me/")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token
    leaving = visitor.post(f"{place.address}/sign-out", data={"csrf_token": token[1]})
    on = re.search(r'content="0; url=([^"]+)"', leaving.text)
    assert on
    return visitor.get(on[1].replace("&amp;", "&"))


def test_24_signing_out_in_one_district_ends_every_district_s_session_within_five_seconds(city: City) -> None:
    futian, luohu = city.places["futian"], city.places["luohu"]
    visitor = somebody(city)
    enter(visitor, futian)
    enter(visitor, luohu)
    assert is_in(visitor, luohu)
    with telling(city.provider):
        page = sign_out(visitor, futian)
        assert "You are signed out." in page.text
        eventually(lambda: not is_in(visitor, luohu), within=SECONDS_TO_BE_OUT)
    assert not is_in(visitor, futian)
    assert "Sign in" in enter(visitor, luohu).text
    assert not is_in(visitor, luohu)


def test_23_a_district_that_is_away_is_told_when_it_is_back_and_others_are_not_delayed(city: City) -> None:
    futian, luohu = city.places["futian"], city.places["luohu"]
    visitor = somebody(city)
    enter(visitor, futian)
    enter(visitor, luohu)
    luohu.close()
    with telling(city.provider):
        city.provider.end_sessions(account_of(city))
        eventually(lambda: not is_in(visitor, futian), within=SECONDS_TO_BE_OUT)
        luohu.open()
        eventually(lambda: not is_in(visitor, luohu))


def account_of(city: City) -> str:
    [account] = city.provider.rows(Account)
    return str(account.id)


def test_20_people_sign_in_while_the_hub_s_keys_change(city: City) -> None:
    futian, hub = city.places["futian"], city.provider.hub
    for _ in range(3):
        visitor = somebody(city)
        enter(visitor, futian)
        assert is_in(visitor, futian)
        with hub.sessions.begin() as session:
            rotating.rotate(session, cipher=hub.settings.field_cipher, at=datetime.now(UTC), unseen=True)


def test_27_what_the_hub_takes_from_a_coordinator_is_gone_at_the_desk_within_the_refresh_interval(city: City) -> None:
    futian = city.places["futian"]
    visitor, desk = coordinator(city, futian)
    assert "Waiting hours" in desk.text
    with city.provider.hub.sessions.begin() as session:
        session.execute(delete(DistrictRole))
    assert "Waiting hours" in visitor.get(f"{futian.address}/desk/").text
    futian.do(let_the_interval_pass)
    assert "Waiting hours" not in visitor.get(f"{futian.address}/desk/").text


def test_19_before_something_grave_the_hub_asks_anew_and_leads_back_to_it(city: City) -> None:
    futian = city.places["futian"]
    visitor, _ = coordinator(city, futian, ago=timedelta(minutes=20))
    slip = f"{futian.address}/volunteers/{futian.do(lambda session: session.scalars(select(Registration.id)).one())}/slip"
    asked = visitor.get(slip)
    assert origin_of(asked.url) == city.provider.address
    assert "Show that it is you" in asked.text
    assert origin_of(visitor.get(slip).url) == city.provider.address
    with city.provider.hub.sessions.begin() as session:
        session.query(AccountSession).update({"authenticated_at": datetime.now(UTC)})
    again = {"request": asked.url.params["request"]}
    page = visitor.get(f"{city.provider.address}/authorize/continue", params=again)
    assert str(page.url) == slip
    assert "Whoever holds the slip is taken for this person." in page.text


def add_coordinator(session: Session) -> None:
    place = root(session)
    add_staff_member(session, username="li", name="李", password=PASSWORD, role=Role.COORDINATOR, organization=place)


def let_the_interval_pass(session: Session) -> None:
    for held in session.scalars(select(LocalSession)):
        held.refresh_at = held.refresh_at and held.refresh_at - REFRESH_INTERVAL
