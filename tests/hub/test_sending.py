"""Do messages reach those who carry them, and is tried again what did not?"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest

from federation.accounts.addresses import Address, AddressKind
from federation.accounts.sending.delivering import deliver_next, senders
from federation.accounts.sending.models import OutgoingMessage
from federation.accounts.sending.outbox import Letter, put_into_outbox
from federation.accounts.sending.text_messages import signed_headers
from federation.settings import Settings, mail_server, text_message_gateway
from tests.hub.peers import AT, Hub
from tests.support import servers
from tests.support.mail_server import received_by

LETTER = Letter(topic="code", subject="Your code", text="Your code is 123456.", values={"code": "123456"})
PHONE, EMAIL = Address(AddressKind.PHONE, "13912345678"), Address(AddressKind.EMAIL, "chen@example.org")


@contextmanager
def gateway(answer: dict[str, str]) -> Iterator[tuple[str, list[tuple[dict[str, str], bytes]]]]:
    """A provider's gateway that gives always the same answer: its address, and the requests that came."""
    requests: list[tuple[dict[str, str], bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            requests.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://key:secret@127.0.0.1:{server.server_port}/?signature=Banyan&code=SMS_1&notice=SMS_2", requests
        server.shutdown()
        thread.join()


def put(hub: Hub, to: Address, *, lifetime: timedelta = timedelta(minutes=10)) -> None:
    with hub.sessions.begin() as session:
        put_into_outbox(session, to, LETTER, expires_at=AT + lifetime, settings=hub.settings, at=AT)


def deliver(hub: Hub, settings: Settings, *, after: timedelta = timedelta()) -> bool:
    with hub.sessions.begin() as session:
        return deliver_next(session, senders(settings), settings=settings, at=AT + after)


def test_a_text_message_is_signed_and_names_its_template(hub: Hub) -> None:
    put(hub, PHONE)
    with gateway({"Code": "OK"}) as (address, requests):
        settings = replace(hub.settings, text_messages=text_message_gateway(address))
        assert deliver(hub, settings)
        assert not deliver(hub, settings)
    [(headers, body)] = requests
    said = {name: values[0] for name, values in parse_qs(body.decode()).items()}
    assert (said["PhoneNumbers"], said["SignName"], said["TemplateCode"]) == ("13912345678", "Banyan", "SMS_1")
    assert json.loads(said["TemplateParam"]) == {"code": "123456"}
    assert settings.text_messages
    expected = signed_headers(settings.text_messages, body, nonce=headers["x-acs-signature-nonce"], at=AT)
    assert headers["authorization"] == expected["authorization"]
    [row] = hub.rows(OutgoingMessage)
    assert (row.sent_at, row.sealed) == (AT, None)


def test_a_signature_is_for_one_body_and_one_secret() -> None:
    mine, others = (
        text_message_gateway(f"https://key:{secret}@sms.example/?signature=s&code=c&notice=n") for secret in ("one", "other")
    )
    said = {
        signed_headers(settings, body, nonce="n", at=AT)["authorization"]
        for settings in (mine, others)
        for body in (b"a=1", b"a=2")
    }
    assert len(said) == 4
    assert all(one.startswith("ACS3-HMAC-SHA256 Credential=key,SignedHeaders=content-type;host;x-acs-action;") for one in said)


def test_what_is_refused_is_tried_again_with_growing_pauses_until_it_is_too_old(hub: Hub) -> None:
    put(hub, PHONE, lifetime=timedelta(seconds=20))
    with gateway({"Code": "isv.BUSINESS_LIMIT_CONTROL"}) as (address, requests):
        settings = replace(hub.settings, text_messages=text_message_gateway(address))
        for seconds, is_tried in ((0, True), (1, False), (2, True), (3, False), (6, True), (30, True), (60, False)):
            assert deliver(hub, settings, after=timedelta(seconds=seconds)) is is_tried
    assert len(requests) == 3
    [row] = hub.rows(OutgoingMessage)
    assert (row.sealed, row.sent_at) == (None, None)
    assert "isv.BUSINESS_LIMIT_CONTROL" in row.failure


def test_a_mail_goes_to_the_mail_server(hub: Hub) -> None:
    put(hub, EMAIL)
    port = servers.free_port()
    with received_by(port) as mails:
        settings = replace(hub.settings, mail=mail_server(f"smtp://127.0.0.1:{port}/?from=hub@example.org"))
        assert deliver(hub, settings)
    [mail] = mails
    assert "To: chen@example.org" in mail
    assert "Your code is 123456." in mail


def test_a_mail_server_that_is_away_is_asked_again(hub: Hub) -> None:
    put(hub, EMAIL)
    settings = replace(hub.settings, mail=mail_server(f"smtp://127.0.0.1:{servers.free_port()}/?from=hub@example.org"))
    assert deliver(hub, settings)
    [row] = hub.rows(OutgoingMessage)
    assert row.sealed is not None
    assert row.failure == "the mail server did not take it: ConnectionRefusedError"


def test_without_a_way_everything_waits(hub: Hub) -> None:
    put(hub, EMAIL)
    assert not deliver(hub, hub.settings)


@pytest.mark.parametrize(
    "address", ["mail.example", "smtps://mail.example/", "http://mail.example/?from=a@b", "smtps:///?from=a@b"]
)
def test_what_is_no_mail_server_is_refused(address: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - as parsers of settings say it
        mail_server(address)


@pytest.mark.parametrize(
    "address",
    [
        "https://sms.example/",
        "https://a:b@sms.example/?signature=s&code=c",
        "http://a:b@sms.example/?signature=s&code=c&notice=n",
    ],
)
def test_what_is_no_gateway_is_refused(address: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - as parsers of settings say it
        text_message_gateway(address)
