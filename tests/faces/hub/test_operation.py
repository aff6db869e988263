"""Does the hub's operator, and nobody else, see how the streams are, and act on them?"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from federation.mailbox import StreamCursor
from federation.operators.signing_in import FAILURES_PER_ADDRESS
from federation.settings import Settings
from tests.hub.peers import District, Hub, Told, hours
from tests.support.hub import program_of

TOKEN = "a secret of more than thirty-two characters"
ADDRESSES = ["/operation/", "/operation/districts/futian"]
ACTS = [f"/operation/districts/futian/{act}" for act in ("comparison", "replay", "retry")]
# Ahead, so that it is not long ago when a slow run comes to the last test.
NOW = datetime.now(UTC) + timedelta(hours=1)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """A hub that has an operator."""
    return replace(settings, operator_token=TOKEN)


@pytest.fixture
def futian(hub: Hub) -> District:
    [futian] = hub.enrol("futian")
    hub.hears(futian.says(hours("e1", minutes=90)), at=NOW)
    return futian


@pytest.fixture
def operator(client: FlaskClient, futian: District) -> FlaskClient:
    """A browser in which the operator has signed in."""
    assert futian.sequence
    assert sign_in(client).status_code == 303
    return client


@pytest.fixture
def nobody(hub: Hub) -> Iterator[FlaskClient]:
    """A browser at a hub whose settings know no operator."""
    with program_of(replace(hub.settings, operator_token=None)) as app:
        yield app.test_client()


def token_in(page: TestResponse) -> str:
    found = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', page.text)
    assert found
    return found[1]


def sign_in(client: FlaskClient, secret: str = TOKEN) -> TestResponse:
    token = token_in(client.get("/operation/sign-in"))
    return client.post("/operation/sign-in", data={"token": secret, "csrf_token": token})


def act(client: FlaskClient, address: str) -> str:
    """What the page says after a button was pressed."""
    token = token_in(client.get("/operation/districts/futian"))
    return words(client.post(address, data={"csrf_token": token}, follow_redirects=True))


def words(page: TestResponse) -> str:
    assert page.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text[page.text.index("<main") :]))


@pytest.mark.parametrize("address", ["/operation/sign-in", *ADDRESSES])
@pytest.mark.usefixtures("futian")
def test_without_a_secret_in_the_settings_there_is_no_such_page(nobody: FlaskClient, address: str) -> None:
    assert nobody.get(address).status_code == 404
    assert "/operation/" not in nobody.get("/").text


@pytest.mark.usefixtures("futian")
def test_who_has_not_signed_in_sees_nothing_and_does_nothing(client: FlaskClient) -> None:
    client.application.config["WTF_CSRF_ENABLED"] = False
    answers = [client.get(address) for address in ADDRESSES] + [client.post(address) for address in ACTS]
    assert {(answer.status_code, answer.headers["Location"]) for answer in answers} == {(303, "/operation/sign-in")}


def test_every_act_wants_the_token_of_its_form(operator: FlaskClient) -> None:
    assert {operator.post(address).status_code for address in (*ACTS, "/operation/sign-out")} == {400}


@pytest.mark.usefixtures("futian")
def test_signing_in_leads_to_where_one_wanted_to_go(client: FlaskClient) -> None:
    client.get("/operation/districts/futian")
    assert sign_in(client, "wrong").status_code == 401
    client.get("/operation/districts/futian")
    assert sign_in(client).headers["Location"].startswith("/operation/districts/futian")


@pytest.mark.usefixtures("futian")
def test_who_guesses_waits_and_nobody_for_them(client: FlaskClient) -> None:
    for _ in range(FAILURES_PER_ADDRESS):
        assert sign_in(client, "guess").status_code == 401
    refused = sign_in(client)
    assert (refused.status_code, 0 < int(refused.headers["Retry-After"]) <= 900) == (429, True)
    client.environ_base["REMOTE_ADDR"] = "192.0.2.7"
    assert sign_in(client).status_code == 303


def test_a_new_secret_ends_the_session(operator: FlaskClient) -> None:
    assert operator.get("/operation/").status_code == 200
    operator.application.config["SETTINGS"] = replace(operator.application.config["SETTINGS"], operator_token=TOKEN[::-1])
    assert operator.get("/operation/").status_code == 303


def test_signing_out_ends_the_session(operator: FlaskClient) -> None:
    token = token_in(operator.get("/operation/districts/futian"))
    assert "You are signed out." in words(
        operator.post("/operation/sign-out", data={"csrf_token": token}, follow_redirects=True)
    )
    assert operator.get("/operation/").status_code == 303


def test_the_districts_that_need_a_person_stand_first(operator: FlaskClient, hub: Hub) -> None:
    (bao,) = hub.enrol("bao")
    hub.hears(bao.says(Told("signup.made.v1", "s1", 1, hours("e1").data)), at=NOW)
    shown = words(operator.get("/operation/"))
    assert shown.index("Bao") < shown.index("Futian")
    assert "1 record held" in shown
    by_epoch = words(operator.get("/operation/?order=heard"))
    assert "Bao" in by_epoch
    assert "Bao" in words(operator.get("/operation/?order=nonsense"))


def test_the_proof_shows_both_streams_and_what_they_add_up_to(operator: FlaskClient, hub: Hub, futian: District) -> None:
    hub.hears(futian.says(hours("e2"))[:-1], at=NOW)
    with hub.sessions.begin() as session:
        session.execute(update(StreamCursor).values(differing=[["hours", 17], ["hours", 203]], differs_since=NOW))
    shown = words(operator.get("/operation/districts/futian"))
    for said in ("Records differ", "Hour entries: 17, 203", "1 h 30 min", "bad_signature", str(futian.key.kid)):
        assert said in shown
    assert operator.get("/operation/districts/luohu").status_code == 404


def test_what_is_pressed_is_done_and_said(operator: FlaskClient, hub: Hub, futian: District) -> None:
    hub.hears(futian.says(Told("signup.made.v1", "s1", 1, hours("e1").data)), at=NOW)
    assert "the records are compared" in act(operator, ACTS[0])
    assert [cursor.wish for cursor in hub.rows(StreamCursor)] == ["compare"]
    assert "With its next beacon" in act(operator, ACTS[1])
    assert [cursor.wish for cursor in hub.rows(StreamCursor)] == ["gap"]
    assert "0 events went through." in act(operator, ACTS[2])


def test_a_session_ends_by_itself(operator: FlaskClient) -> None:
    with operator.session_transaction() as session:
        session["seen"] = (NOW - timedelta(hours=3)).timestamp()
    assert operator.get("/operation/").status_code == 303


def test_programs_read_and_do_the_same(client: FlaskClient, hub: Hub, futian: District) -> None:
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    listed = client.get("/api/v1/operation/districts", headers=bearer).json
    assert listed is not None
    assert [(one["district"], one["state"], one["quarantined"]) for one in listed["items"]] == [("futian", "equal", 0)]
    hub.hears(futian.says(hours("e2"))[:-1], at=NOW)
    address = "/api/v1/operation/districts/futian"
    proof = client.get(address, headers=bearer).json
    assert proof is not None
    assert proof["said_sums"]["kinds"] == [{"kind": "hours", "records": 1, "minutes": 90}]
    assert (proof["refused"][0]["code"], proof["keys"][0]["key_id"]) == ("bad_signature", futian.key.kid)
    compared = client.post(f"{address}/comparison", headers=bearer).json
    assert compared is not None
    assert (compared["said"]["wish"], compared["told"]["recovery"]) == ("compare", "comparing")
    assert client.post(f"{address}/replay", headers=bearer).status_code == 200
    assert client.post(f"{address}/retry", headers=bearer).json == {"went_through": 0}
    assert client.get("/api/v1/operation/districts/luohu", headers=bearer).status_code == 404


@pytest.mark.usefixtures("futian")
def test_a_program_without_the_secret_learns_nothing(client: FlaskClient, nobody: FlaskClient) -> None:
    address = "/api/v1/operation/districts/futian"
    for headers in ({}, {"Authorization": "Bearer guess"}):
        assert client.get(address, headers=headers).status_code == 401
        assert client.post(f"{address}/replay", headers=headers).status_code == 401
    for _ in range(FAILURES_PER_ADDRESS):
        client.get(address, headers={"Authorization": "Bearer guess"})
    assert client.get(address, headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 429
    assert nobody.get(address, headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 404
