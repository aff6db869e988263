"""How does somebody with a browser, or a program, ask an application in a test?"""

import re
from collections.abc import Mapping
from contextvars import Context
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

IN_ENGLISH = {"Accept-Language": "en"}


class Visitor:
    """Somebody with a browser or a program. Each request has a context of its own, as in production."""

    def __init__(self, app: Flask, headers: Mapping[str, str] = IN_ENGLISH) -> None:
        self.client: FlaskClient = app.test_client()
        self.headers = dict(headers)
        self.page: TestResponse | None = None

    def get(self, path: str, **options: Any) -> TestResponse:
        """Asks for `path`, and keeps the answer as the page that is shown."""
        self.page = self.send("GET", path, **options)
        return self.page

    def post(
        self, path: str, fields: Mapping[str, Any] | None = None, *, follow: bool = True, **more_fields: Any
    ) -> TestResponse:
        """Sends a form of the page that is shown, with its CSRF token; by default goes where the answer leads."""
        token = {"csrf_token": self.hidden("csrf_token")}
        self.page = self.send("POST", path, data={**(fields or {}), **more_fields, **token})
        while follow and self.page.status_code == 303:
            self.get(self.page.headers["Location"])
        return self.page

    def send(self, method: str, path: str, headers: dict[str, str] | None = None, **options: Any) -> TestResponse:
        """Any request."""
        return Context().run(self.client.open, path, method=method, headers=self.headers | (headers or {}), **options)

    def hidden(self, name: str) -> str:
        """What a hidden field of the page that is shown holds."""
        assert self.page is not None
        found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', self.page.text)
        return found[1] if found else ""

    def text(self) -> str:
        """The words of the page that is shown."""
        assert self.page is not None
        body = self.page.text[self.page.text.index("<main") :]
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)).strip()
