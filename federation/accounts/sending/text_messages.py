"""How does a message go out as a text message?

As providers in China take it: one request, signed with a secret that is shared with them, which names a template that they have
approved and the values to fill it in with. The signature is Alibaba Cloud's ACS3-HMAC-SHA256, and others' are built alike.
"""

import hmac
import json
from datetime import UTC, datetime
from hashlib import sha256
from urllib.parse import urlencode, urlsplit

import httpx

from federation.accounts.sending.outbox import Message
from federation.errors import SendingFailed
from federation.settings import TextMessageSettings

_ACTION, _VERSION = "SendSms", "2017-05-25"
_ALGORITHM = "ACS3-HMAC-SHA256"
_FORM = "application/x-www-form-urlencoded"
_DONE = "OK"
_PATIENCE_SECONDS = 10.0


class TextMessageSender:
    """A provider's gateway over HTTPS."""

    def __init__(self, settings: TextMessageSettings) -> None:
        self._settings = settings

    def send(self, message: Message, *, nonce: str, at: datetime) -> None:
        """Hands it over; raises `SendingFailed`. `nonce` is the same for the same message, so that a second one is known."""
        body = urlencode(
            {
                "PhoneNumbers": message.to,
                "SignName": self._settings.signature,
                "TemplateCode": self._settings.templates[message.letter.topic],
                "TemplateParam": json.dumps(dict(message.letter.values), ensure_ascii=False),
                "OutId": nonce,
            }
        ).encode()
        headers = signed_headers(self._settings, body, nonce=nonce, at=at)
        try:
            answer = httpx.post(
                self._settings.url, content=body, headers=headers, timeout=_PATIENCE_SECONDS, follow_redirects=False
            )
            code = answer.json().get("Code")
        except (httpx.HTTPError, ValueError, AttributeError) as error:
            raise SendingFailed(f"the gateway did not answer as it should: {type(error).__name__}") from error
        if code != _DONE:
            raise SendingFailed(f"the gateway refused it: {str(code)[:60]}")


def signed_headers(settings: TextMessageSettings, body: bytes, *, nonce: str, at: datetime) -> dict[str, str]:
    """What the request's head says, with its signature over that and the body."""
    address = urlsplit(settings.url)
    headers = {
        "content-type": _FORM,
        "host": address.netloc,
        "x-acs-action": _ACTION,
        "x-acs-content-sha256": sha256(body).hexdigest(),
        "x-acs-date": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": nonce,
        "x-acs-version": _VERSION,
    }
    names = ";".join(headers)
    lines = "".join(f"{name}:{value}\n" for name, value in headers.items())
    request = "\n".join(["POST", address.path or "/", "", lines, names, headers["x-acs-content-sha256"]])
    to_sign = f"{_ALGORITHM}\n{sha256(request.encode()).hexdigest()}"
    signature = hmac.new(settings.secret.encode(), to_sign.encode(), sha256).hexdigest()
    credential = f"Credential={settings.key_id},SignedHeaders={names},Signature={signature}"
    return headers | {"authorization": f"{_ALGORITHM} {credential}"}
