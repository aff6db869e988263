"""How does a test open an account at the hub, and what does the hub send?"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pyotp
from flask import Flask
from werkzeug.test import TestResponse

from federation.accounts.sending.outbox import Letter, shown_in_demo
from tests.hub.peers import Hub
from tests.support.visitor import IN_ENGLISH, Visitor

ADDRESS = "http://localhost"
PASSWORD, ANOTHER = "correct horse battery", "another long password"
PHONE, EMAIL = "13912345678", "chen@example.org"


@dataclass
class Outbox:
    """What the hub would send, the newest first."""

    hub: Hub

    def letters(self, to: str | None = None) -> list[Letter]:
        """The letters, or those to one address."""
        with self.hub.sessions() as session:
            return [letter for _, address, letter in shown_in_demo(session, self.hub.settings) if to in (None, address.value)]

    def code(self, to: str = PHONE) -> str:
        """The newest code that was sent to an address."""
        return next(letter.values["code"] for letter in self.letters(to) if letter.topic == "code")


class Someone(Visitor):
    """Somebody with a browser who has an account at the hub, or wants one; `address` is where they are."""

    def __init__(self, app: Flask, hub: Hub, *, address: str = "192.0.2.1") -> None:
        super().__init__(app, IN_ENGLISH)
        self.outbox = Outbox(hub)
        self.client.environ_base["REMOTE_ADDR"] = address

    def fill_in(self, page: str, action: str | None = None, *, follow: bool = True, **fields: Any) -> TestResponse:
        """Opens a page, and sends its form, by default to the same address."""
        self.get(page)
        return self.post(action or page, fields, follow=follow)

    def sign_up(self, *, name: str = "陈静", address: str = PHONE, password: str = PASSWORD, **document: Any) -> TestResponse:
        """Opens an account, which is signed in to then."""
        self.fill_in("/sign-up", address=address)
        self.fill_in("/sign-up/code", code=self.outbox.code(address))
        document = {"document_kind": "resident_id", **document}
        return self.fill_in("/sign-up/details", name=name, password=password, again=password, **document)

    def sign_in(self, username: str = PHONE, password: str = PASSWORD) -> TestResponse:
        """Fills in the form, and no second one."""
        return self.fill_in("/sign-in", username=username, password=password)

    def recover(self, username: str = PHONE, *, to: str = PHONE, password: str = ANOTHER) -> TestResponse:
        """Lets another password open the account."""
        self.fill_in("/recover", username=username)
        self.fill_in("/recover/code", code=self.outbox.code(to))
        return self.fill_in("/recover/password", password=password, again=password)

    def add_app(self) -> tuple[str, list[str]]:
        """Sets up an app for codes; gives its seed, and the recovery codes."""
        self.fill_in("/account/factors", "/account/factors/app")
        assert self.page is not None
        seed = re.findall(r"<code>([A-Z2-7 ]+)</code>", self.page.text)[0].replace(" ", "")
        shown = self.post("/account/factors/app/code", code=code_of(seed))
        return seed, re.findall(r"<li><code>([^<]+)</code>", shown.text)

    def is_in(self) -> bool:
        """Whether the account's page is shown."""
        return self.get("/account/").status_code == 200

    @property
    def key(self) -> str | None:
        """What the browser shows to be known by."""
        cookie = self.client.get_cookie("banyan_account")
        return cookie.value if cookie else None

    @property
    def volunteer_id(self) -> str:
        """The ID that the account's page shows."""
        found = re.search(r"Volunteer ID</dt><dd>([\d ]+)", self.get("/account/").text)
        assert found
        return found[1].replace(" ", "")


def code_of(seed: str, *, later: int = 0) -> str:
    """What an app with this seed shows now, or so many intervals later."""
    totp = pyotp.TOTP(seed)
    return totp.generate_otp(int(datetime.now(UTC).timestamp()) // totp.interval + later)


def form_without_values(page: TestResponse) -> str:
    """A page without what is different each time."""
    return re.sub(r'value="[^"]*"', "", page.text)
