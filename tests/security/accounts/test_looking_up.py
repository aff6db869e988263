"""Can somebody try numbers of documents at the hub, through a district's program or without, and nobody notices?"""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

from federation.accounts.contacts.codes import MOST_FOR_ONE
from federation.accounts.models import SecurityEvent, SecurityEventKind
from federation.app import create_app
from federation.clients.registering import register_district
from federation.db import db
from federation.sso.asking import keep
from sync.messages import signing
from tests.hub.peers import District, Hub
from tests.support.claiming import NUMBER, registered
from tests.support.people import PASSWORD, PHONE, Someone

MOST = 2
UNKNOWN = "440304199005011230"
DETAILS: dict[str, Any] = {"name": "陈静", "password": PASSWORD, "again": PASSWORD, "document_kind": "resident_id"}


@pytest.fixture
def app(hub: Hub) -> Iterator[Flask]:
    """A hub that looks up two registrations for each client."""
    app = create_app(replace(hub.settings, look_ups_per_client=MOST))
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def districts(hub: Hub) -> list[District]:
    """Two districts, of which the first has registered somebody."""
    futian, luohu = hub.enrol("futian", "luohu")
    hub.hears(futian.says(registered(hub, "r1", phone=PHONE)))
    return [futian, luohu]


def asked_by(hub: Hub, district: District) -> str:
    """What the address of a page ends with to which a district's program has sent somebody."""
    code, jwks = district.code, {"keys": [json.loads(signing.public_jwk(district.key))]}
    with hub.sessions.begin() as session:
        at = datetime.now(UTC)
        client = register_district(session, code, name=code, public_url=f"https://{code}.example", jwks=jwks, at=at)
        asked = {"redirect_uri": client.redirect_uris[0], "scope": "openid"}
        return f"?request={keep(session, client, asked, at=at)}"


def look_up(someone: Someone, number: str, asked: str = "") -> int:
    """Claims the registration of whoever has the number; gives the answer's status."""
    typed: dict[str, Any] = {"document_kind": "resident_id", "document_number": number, "phone": PHONE}
    return someone.fill_in(f"/claim{asked}", **typed).status_code


def looks(hub: Hub) -> list[tuple[str | None, bool, str]]:
    """What stands in the security log of each look: for whom, whether somebody was found, from where."""
    events = [event for event in hub.rows(SecurityEvent) if event.kind is SecurityEventKind.LOOKED_UP]
    return [(event.client, event.detail["found"], event.address) for event in events]


def test_every_look_is_written_down_with_the_district_that_led_there(
    hub: Hub, districts: list[District], stranger: Someone
) -> None:
    futian = asked_by(hub, districts[0])
    look_up(stranger, NUMBER, futian)
    look_up(stranger, UNKNOWN)
    stranger.sign_up(document_number=NUMBER)
    here = stranger.client.environ_base["REMOTE_ADDR"]
    assert looks(hub) == [
        ("district:futian", True, here),
        (None, False, here),
        (None, True, here),
    ]
    written = "".join(str(vars(event)) for event in hub.rows(SecurityEvent))
    assert NUMBER not in written
    assert UNKNOWN not in written


@pytest.mark.usefixtures("districts")
def test_whom_no_code_is_sent_any_more_is_not_answered_either(hub: Hub, stranger: Someone) -> None:
    assert [look_up(stranger, NUMBER) for _ in range(MOST_FOR_ONE + 1)] == [200] * MOST_FOR_ONE + [429]
    assert len(looks(hub)) == MOST_FOR_ONE


@pytest.mark.usefixtures("districts")
def test_a_look_that_ends_in_a_refusal_is_written_down_all_the_same(app: Flask, hub: Hub, stranger: Someone) -> None:
    stranger.sign_up(document_number=NUMBER)
    again = Someone(app, hub)
    again.fill_in("/sign-up", address=PHONE)
    again.fill_in("/sign-up/code", code=again.outbox.code())
    assert again.fill_in("/sign-up/details", **DETAILS, document_number=NUMBER).status_code == 409
    assert [found for _, found, _ in looks(hub)] == [True, True]


def test_one_district_s_program_gets_so_many_answers_wherever_it_asks_from(
    app: Flask, hub: Hub, districts: list[District]
) -> None:
    futian, luohu = (asked_by(hub, district) for district in districts)
    visitors = [Someone(app, hub, address=f"198.51.{place}.7") for place in range(MOST + 1)]
    assert [look_up(visitor, UNKNOWN, futian) for visitor in visitors] == [200] * MOST + [429]
    assert visitors[-1].page is not None
    assert int(visitors[-1].page.headers["Retry-After"]) > 0
    # Whom another district sends, and who comes by themselves, do not wait for that.
    assert look_up(visitors[-1], NUMBER, luohu) == 200
    assert look_up(visitors[-1], UNKNOWN) == 200
    assert [client for client, *_ in looks(hub)] == ["district:futian"] * MOST + ["district:luohu", None]
    throttled = [event for event in hub.rows(SecurityEvent) if event.kind is SecurityEventKind.THROTTLED]
    assert [(event.client, event.address) for event in throttled] == [("district:futian", f"198.51.{MOST - 1}.7")]


def test_signing_up_waits_as_well_and_the_code_is_not_used_up(hub: Hub, districts: list[District], stranger: Someone) -> None:
    futian = asked_by(hub, districts[0])
    for _ in range(MOST):
        look_up(stranger, UNKNOWN, futian)
    stranger.fill_in(f"/sign-up{futian}", address=PHONE)
    stranger.fill_in(f"/sign-up/code{futian}", code=stranger.outbox.code())
    page = f"/sign-up/details{futian}"
    assert stranger.fill_in(page, **DETAILS, document_number=NUMBER).status_code == 429
    assert stranger.fill_in(page, **DETAILS, follow=False).status_code == 303
    assert stranger.is_in()
