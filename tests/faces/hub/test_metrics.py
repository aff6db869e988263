"""Can Prometheus see how all streams are, and nobody else?"""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from prometheus_client import REGISTRY, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.orm import Session

from federation.accounts.addresses import Address, AddressKind
from federation.accounts.models import Account, AccountSession, Method
from federation.accounts.sending.models import OutgoingMessage
from federation.accounts.sending.outbox import Letter, put_into_outbox
from federation.accounts.sessions import begin_session
from federation.app import create_app
from federation.clients.models import Authentication
from federation.clients.registering import register_client
from federation.identity.reviews.models import ReviewDecision, ReviewNeed
from federation.identity.stewarding.deciding import decide, need
from federation.mailbox import evidence
from federation.settings import Settings
from federation.sso.models import ClientSession
from sync import streams
from sync.running import counting  # noqa: F401 - the counters of `sync` are known as soon as they are made
from tests.hub.peers import AT, District, Hub, Told, hours, registration
from tests.hub.stewards import desk_of, somebody

ROOT = Path(__file__).parents[3]
TOKEN = "a token of more than thirty-two characters"


@pytest.fixture
def database_url(request: pytest.FixtureRequest, database_url: str) -> str:
    if getattr(request, "param", "sqlite") == "postgresql":
        url: str = request.getfixturevalue("postgresql_url")
        return url
    return database_url


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """A hub whose figures may be collected."""
    return replace(settings, wire=replace(settings.wire, metrics_token=TOKEN))


def collected(client: FlaskClient) -> dict[tuple[str, ...], float]:
    """Each sample by its name and the values of its labels."""
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
def test_what_a_district_says_and_is_told_is_in_figures(hub: Hub, client: FlaskClient) -> None:
    futian, luohu = hub.enrol("futian", "luohu")
    hub.hears(futian.says(registration("r1", name="王小明"), hours("e1")), at=AT)
    root = hub.asked(evidence.sums, streams.up("futian")).root
    hub.hears(futian.lights_beacon(root=root), at=AT)
    hub.hears(luohu.says(Told("signup.made.v1", "s1", 1, hours("e1").data)), luohu.lights_beacon(head=9), at=AT)
    hub.hears(futian.says(hours("e3"))[:-1], b"rubbish", District("longgang").says(hours("e1")), at=AT)
    shown = collected(client)
    here = ("futian", "futian/up")
    names = ("epoch", "head_events", "cursor_events", "lag_events", "differs", "recovering", "parked_events")
    assert [shown[f"banyan_stream_{name}", *here] for name in names] == [1, 2, 2, 0, 0, 0, 0]
    for name in ("as_of", "heard", "proven"):
        assert shown[f"banyan_stream_{name}_timestamp_seconds", *here] == AT.timestamp()
    assert shown["banyan_stream_lag_events", "luohu", "luohu/up"] == 8
    assert shown["banyan_stream_parked_events", "luohu", "luohu/up"] == 1
    assert shown["banyan_stream_lag_events", "futian", "futian/down"] == 1
    assert ("banyan_stream_proven_timestamp_seconds", "luohu", "luohu/up") not in shown
    assert (shown["banyan_quarantined_messages", *here], shown["banyan_quarantined_messages", "", ""]) == (1, 2)
    assert shown["banyan_district_key_since_timestamp_seconds", "futian"] == AT.timestamp()
    assert shown["banyan_district_standing", "luohu", "parked"] == 1
    assert shown["banyan_district_standing", "luohu", "equal"] == 0


def test_what_is_collected_names_nobody(hub: Hub, client: FlaskClient) -> None:
    [futian] = hub.enrol("futian")
    hub.hears(futian.says(registration("r1", name="王小明", phone="13800138000")), at=AT)
    text = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    assert not any(word in text for word in ("王小明", "13800138000", "r1"))


@pytest.mark.parametrize("sent", [None, "Bearer ", "Bearer guess", f"Basic {TOKEN}"])
def test_without_the_token_nothing_is_shown(client: FlaskClient, sent: str | None) -> None:
    answer = client.get("/metrics", headers={"Authorization": sent} if sent else {})
    assert (answer.status_code, "banyan_" in answer.text) == (401, False)


def test_without_a_token_in_the_settings_there_is_no_such_page(hub: Hub) -> None:
    app = create_app(replace(hub.settings, wire=replace(hub.settings.wire, metrics_token=None)))
    assert app.test_client().get("/metrics").status_code == 404


def test_every_figure_that_the_documents_name_is_there(hub: Hub, client: FlaskClient) -> None:
    hub.enrol("futian")
    text = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text + generate_latest(REGISTRY).decode()
    there = {name for name in re.findall(r"^# TYPE (banyan_\w+)", text, re.M) if not name.endswith("_created")}
    named = set(re.findall(r"\bbanyan_[a-z]\w+", (ROOT / "docs" / "operating.md").read_text()))
    assert {name.removesuffix("_bucket") for name in named} == there


@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
def test_sign_outs_that_a_client_was_not_told_of_are_counted_until_it_knows(hub: Hub, client: FlaskClient) -> None:
    at = datetime.now(UTC).replace(microsecond=0)
    with hub.sessions.begin() as session:
        session.add(signed_out(session, at=at - timedelta(minutes=20)))
        session.add(signed_out(session, at=at - timedelta(minutes=10)))
    shown = collected(client)
    assert shown["banyan_sign_outs_untold", "app:library"] == 2
    since = "banyan_sign_out_untold_since_timestamp_seconds", "app:library"
    assert shown[since] == (at - timedelta(minutes=20)).timestamp()
    with hub.sessions.begin() as session:
        for one in session.query(ClientSession):
            one.note_told(at=at)
    assert since not in collected(client)


def signed_out(session: Session, *, at: datetime) -> ClientSession:
    """Somebody who was signed in at a client and is not any more."""
    known: dict[str, Any] = {"name": "李娜", "password_hash": "", "must_change_password": False, "created_at": at}
    account = Account(username=f"li-{at:%H%M%S}", **known)
    session.add(account)
    begin_session(session, account, methods=[Method.PASSWORD], address="", user_agent="", at=at)
    library = register_client(
        session,
        "app:library",
        name="图书馆",
        redirect_uris=["https://library.example/callback"],
        backchannel_logout_uri="https://library.example/signed-out",
        authentication=Authentication.CLIENT_SECRET_BASIC,
        secret="a secret",
        at=at,
    )
    [begun] = session.query(AccountSession).filter_by(account=account)
    begun.end(at=at)
    return ClientSession(account_session=begun, client=library, began_at=at)


@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
def test_messages_that_do_not_leave_are_counted_by_their_way(hub: Hub, client: FlaskClient) -> None:
    at = datetime.now(UTC).replace(microsecond=0)
    letter = Letter(topic="code", subject="", text="", values={})
    with hub.sessions.begin() as session:
        for minutes in (3, 2, 30):
            how: dict[str, Any] = {"settings": hub.settings, "at": at - timedelta(minutes=minutes)}
            expires_at = how["at"] + timedelta(minutes=10)
            put_into_outbox(session, Address(AddressKind.PHONE, "13800138000"), letter, expires_at=expires_at, **how)
    shown = collected(client)
    assert [shown[f"banyan_messages_{what}", "phone"] for what in ("waiting", "lost")] == [2, 1]
    assert shown["banyan_message_waiting_since_timestamp_seconds", "phone"] == (at - timedelta(minutes=3)).timestamp()
    assert [shown[f"banyan_messages_{what}", "email"] for what in ("waiting", "lost")] == [0, 0]
    with hub.sessions.begin() as session:
        for one in session.query(OutgoingMessage):
            one.sent_at = at
    assert collected(client)["banyan_messages_waiting", "phone"] == 0


@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
def test_reviews_that_have_no_answer_are_counted_by_kind(hub: Hub, client: FlaskClient) -> None:
    people = {"futian": [somebody(4, "a1", document="D9")], "luohu": [somebody(54, "b1", document="D9")]}
    desk = desk_of(hub, people)
    shown = collected(client)
    since = "banyan_review_waiting_since_timestamp_seconds", "mistyped"
    assert (shown["banyan_reviews_waiting", "mistyped"], shown["banyan_reviews_waiting", "twins"]) == (1, 0)
    assert shown[since] == AT.timestamp()
    desk.does(need, 1, ReviewNeed.DOCUMENT)
    assert collected(client)["banyan_reviews_waiting", "mistyped"] == 1
    desk.does(decide, 1, ReviewDecision.SAME, settings=hub.settings, by="lin")
    shown = collected(client)
    assert shown["banyan_reviews_waiting", "mistyped"] == 0
    assert since not in shown
