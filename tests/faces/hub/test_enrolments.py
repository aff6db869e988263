"""What does the hub's API answer to a district that comes in?"""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from federation.directory.inviting import invite
from federation.settings import Settings
from sync.joining.enrolment import PATH, SIGNATURE_HEADER, EnrolmentRequest, open_answer, public_members, seal_request
from sync.joining.invitation import Invitation
from sync.messages import signing
from tests.hub.peers import Hub
from tests.support.hub import settings_in_environment

KEY = signing.generate_key()


@pytest.fixture
def settings(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings of a hub that hands things out."""
    monkeypatch.setenv("BANYAN_PUBLIC_URL", "https://hub.example/")
    monkeypatch.setenv("BANYAN_DISTRICT_BUS_URL", "amqps://bus.example:5671//")
    monkeypatch.setenv("BANYAN_TOKEN_KEY", "A" * 43 + "=")
    return settings_in_environment(monkeypatch, database_url, tmp_path)


@pytest.fixture
def invitation(hub: Hub) -> Invitation:
    with hub.sessions.begin() as session:
        return invite(
            session,
            "nanshan",
            name="南山区",
            region_code="440305",
            settings=hub.settings,
            by="operator",
            at=datetime.now(UTC),
        )


def request(invitation: Invitation, **changes: str) -> tuple[bytes, str]:
    said = {"district": invitation.district, "secret": invitation.secret, "hub_key_id": invitation.hub_key_id, **changes}
    return seal_request(EnrolmentRequest(**said, key=public_members(KEY)), KEY)


def post(client: FlaskClient, body: bytes, signature: str | None) -> TestResponse:
    headers = {SIGNATURE_HEADER: signature} if signature is not None else {}
    return client.post(PATH, data=body, headers=headers, content_type="application/json")


def problem(answer: TestResponse) -> tuple[int, str]:
    assert answer.content_type == "application/problem+json"
    assert answer.json is not None
    return answer.status_code, answer.json["code"]


def test_who_is_invited_gets_a_signed_answer_that_nobody_keeps(client: FlaskClient, invitation: Invitation) -> None:
    assert invitation.hub_url == "https://hub.example"
    answer = post(client, *request(invitation))
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    given = open_answer(answer.data, answer.headers[SIGNATURE_HEADER], hub_key_id=invitation.hub_key_id)
    assert (given.district, given.key_id) == ("nanshan", KEY.thumbprint())
    assert post(client, *request(invitation)).status_code == 200


def test_who_is_not_invited_is_told_so(client: FlaskClient, invitation: Invitation) -> None:
    assert problem(post(client, *request(invitation, secret="guessed"))) == (403, "invitation_refused")
    assert problem(post(client, *request(invitation, district="luohu"))) == (403, "invitation_refused")
    assert problem(post(client, *request(invitation, district="\x00"))) == (403, "invitation_refused")


def test_without_the_key_s_signature_nothing_is_read(client: FlaskClient, invitation: Invitation) -> None:
    body, signature = request(invitation)
    _, of_another = request(invitation, secret="other")
    assert problem(post(client, body, of_another)) == (403, "bad_signature")
    assert problem(post(client, body, None)) == (400, "undecodable")
    assert problem(post(client, b"{}", signature)) == (400, "undecodable")


def test_a_body_without_end_is_not_waited_for(client: FlaskClient, invitation: Invitation) -> None:
    _, signature = request(invitation)
    assert problem(post(client, json.dumps({"district": "n" * 2_000_000}).encode(), signature))[0] == 413


def test_a_hub_that_has_nothing_to_hand_out_says_so(client: FlaskClient, invitation: Invitation, hub: Hub) -> None:
    client.application.config["SETTINGS"] = Settings(**{**vars(hub.settings), "joining": type(hub.settings.joining)()})
    assert problem(post(client, *request(invitation))) == (503, "not_prepared")
