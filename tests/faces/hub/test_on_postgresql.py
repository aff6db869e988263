"""Do the pages and the API read PostgreSQL as they read SQLite?"""

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from federation.settings import Settings
from tests.hub.peers import AT, Hub, hours, registration
from tests.hub.stewards import desk_of, somebody
from tests.support.authenticator import Authenticator
from tests.support.passkeys import add_passkey, sign_in_with
from tests.support.people import ADDRESS, ANOTHER, Someone
from tests.support.stewards import Steward


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """A hub that knows its own address, for which passkeys are made."""
    return replace(settings, joining=replace(settings.joining, hub_url=ADDRESS))


@pytest.fixture
def database_url(postgresql_url: str) -> str:
    return postgresql_url


def test_every_address_answers(hub: Hub, client: FlaskClient) -> None:
    [futian] = hub.enrol("futian")
    hub.hears(futian.says(registration("r1"), hours("h1"), hours("h2", minutes=30)), at=AT)
    addresses = [
        "/",
        "/districts.csv",
        "/months.csv",
        "/districts/futian",
        "/districts/futian/months.csv",
        "/districts/futian/organizations.csv",
        "/api/v1/city",
        "/api/v1/city/months",
        "/api/v1/city/fields",
        "/api/v1/districts",
        "/api/v1/districts/futian",
        "/api/v1/districts/futian/months",
        "/api/v1/districts/futian/fields",
        "/api/v1/districts/futian/organizations",
        "/readyz",
    ]
    assert {address: client.get(address).status_code for address in addresses} == dict.fromkeys(addresses, 200)
    city = client.get("/api/v1/city").json
    assert city is not None
    assert (city["entries"], city["minutes"], city["people"]) == (2, 90, 1)


def test_a_steward_works_as_on_sqlite(hub: Hub, chen: Steward) -> None:
    desk = desk_of(hub, {"futian": [somebody(4, "a1", document="D")], "luohu": [somebody(54, "b1", document="D")]})
    addresses = ["/stewards/", "/stewards/reviews/", "/stewards/reviews/1/", "/stewards/figures/", "/stewards/security/"]
    addresses += ["/account/", "/account/hours", "/account/security"]
    addresses += [f"/stewards/persons/{volunteer_id}" for volunteer_id in desk.ids().values()]
    assert {address: chen.get(address).status_code for address in addresses} == dict.fromkeys(addresses, 200)
    chen.get("/stewards/reviews/1/")
    chen.post("/stewards/reviews/1/same")
    assert "Review 1: one person." in chen.text()
    ids = desk.ids()
    assert ids["a1"] == ids["b1"]
    chen.post("/stewards/reviews/1/undo")
    assert "Taken back." in chen.text()
    assert desk.differences() == ()


def test_people_open_accounts_and_sign_in_as_on_sqlite(app: Flask, hub: Hub) -> None:
    someone = Someone(app, hub)
    someone.sign_up()
    _, recovery_codes = someone.add_app()
    add_passkey(someone, key := Authenticator())
    someone.recover()
    someone.sign_in(password=ANOTHER)
    someone.fill_in("/sign-in/second-step", recovery_code=recovery_codes[0])
    assert "9 recovery codes left" in someone.get("/account/").text
    visitor = Someone(app, hub)
    sign_in_with(visitor, key)
    assert visitor.is_in()
    assert visitor.fill_in("/account/", "/account/data").status_code == 200


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/?district=%00", 400),
        ("/districts/%00", 400),
        ("/api/v1/districts?after=%00", 400),
        ("/api/v1/districts?after=WyJcdTAwMDAiXQ", 422),
        ("/api/v1/districts/%00", 400),
        ("/operation/districts/%00", 400),
    ],
)
def test_what_no_database_keeps_is_refused(hub: Hub, client: FlaskClient, address: str, status: int) -> None:
    hub.enrol("futian")
    assert client.get(address).status_code == status
