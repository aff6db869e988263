"""How does a test use a passkey at the hub, without a browser?"""

import json
from typing import Any

from werkzeug.test import TestResponse

from tests.support.authenticator import Authenticator
from tests.support.visitor import Visitor

_NEW, _USED = "/account/factors", "/sign-in"


def add_passkey(visitor: Visitor, key: Authenticator, *, label: str = "A telephone") -> TestResponse:
    """Adds a passkey to the account that is signed in."""
    options = options_for(visitor, _NEW, "/account/factors/passkeys/options")
    return visitor.post("/account/factors/passkeys", answer=key.create(options), label=label)


def sign_in_with(visitor: Visitor, key: Authenticator) -> TestResponse:
    """Signs in with a passkey."""
    options = options_for(visitor, _USED, "/sign-in/passkey/options")
    return visitor.post("/sign-in/passkey", answer=key.sign(options))


def options_for(visitor: Visitor, page: str, address: str) -> dict[str, Any]:
    """What the hub tells a browser that is about to ask for a passkey."""
    visitor.get(page)
    answer = visitor.send("POST", address, {"X-CSRFToken": visitor.hidden("csrf_token")})
    options: dict[str, Any] = json.loads(answer.text)
    return options
