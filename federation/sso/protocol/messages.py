"""In which form does a client's request come, and an answer go?

Authlib's server works on these; what carries them is for the faces to know.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from authlib.oauth2.rfc6749 import InvalidRequestError, OAuth2Request
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload

from federation.sso.calls import Call
from federation.sso.granted import Granted

LONGEST_VALUE = 8_000
_FOUND, _SEE_OTHER = 302, 303


class Request(OAuth2Request):  # type: ignore[misc]
    """A request with its parameters, wherever in it they stood; the endpoint has seen to it that they stood in one place.

    `call` is what else is known of it; `granted`, once that is found, what it asks tokens for.
    """

    call: Call
    granted: Granted

    def __init__(
        self, call: Call, method: str, path: str, parameters: Mapping[str, str], headers: Mapping[str, str] | None = None
    ) -> None:
        """At the hub's own address, in whose name it answers, whatever the browser calls it."""
        # Authlib takes http:// on `localhost` alone; where the hub's address may begin so was settled when it was set.
        super().__init__(method, call.issuer.replace("http://", "https://", 1) + path, headers=dict(headers or {}))
        self.uri = call.issuer + path
        self.call = call
        self.parameters = dict(parameters)
        self.payload = BasicOAuth2Payload(self.parameters)

    @property
    def form(self) -> dict[str, str]:
        """The parameters."""
        return self.parameters

    @property
    def args(self) -> dict[str, str]:
        """The same: no endpoint takes some from here and some from there."""
        return self.parameters


@dataclass
class Answer:
    """What goes back: a status, a body, headers."""

    status: int
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, status: int, body: Any, headers: Iterable[tuple[str, str]]) -> "Answer":
        """In Authlib's form. A redirect asks for the next page by GET, whatever was sent here (RFC 9700, section 4.12)."""
        text = body if isinstance(body, str) else json.dumps(body)
        return cls(_SEE_OTHER if status == _FOUND else status, text, dict(headers))

    @property
    def location(self) -> str | None:
        """Where it sends the browser."""
        return self.headers.get("Location")

    @location.setter
    def location(self, address: str) -> None:
        self.headers["Location"] = address


def read_parameters(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The parameters by name; those without a value count as left out (RFC 6749, section 3.1).

    Raises Authlib's `InvalidRequestError` where one comes twice or is longer than anything that is meant.
    """
    read: dict[str, str] = {}
    for name, value in pairs:
        if name in read:
            raise InvalidRequestError("a parameter comes twice")
        if len(value) > LONGEST_VALUE:
            raise InvalidRequestError("a parameter is too long")
        read[name] = value
    return {name: value for name, value in read.items() if value}
