"""How does a test have a whole city in which people sign in: a hub and districts, each at an address, that hear each other?"""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

import federation.mailbox
import tenants.mailbox
from federation.directory.enrolling import enrol
from sync import streams
from sync.messages import batch, signing
from tenants.app import create_app
from tenants.db import db
from tenants.migrations import MIGRATIONS
from tenants.organizations.arranging import found_district
from tenants.settings import Settings
from tenants.sso.setting_up import set_up
from tests.hub.peers import AT
from tests.support import servers
from tests.support.district import district_settings
from tests.support.provider import RunningProvider, running_provider
from tests.support.tables import lay_tables

Seen = TypeVar("Seen")


@dataclass
class Place:
    """A district whose pages are at `address`, while they are `open`."""

    settings: Settings
    app: Flask
    address: str
    said: int = 0
    heard: int = 0
    _serving: ExitStack = field(default_factory=ExitStack)

    def do(self, act: Callable[[Session], Seen]) -> Seen:
        """Something in the district's database, committed."""
        with self.app.app_context():
            done = act(db.session())
            db.session.commit()
            return done

    def open(self) -> None:
        """Lets the pages answer."""
        self._serving.enter_context(_served(self.app, self.address))

    def close(self) -> None:
        """Lets nobody answer there."""
        self._serving.close()


@dataclass
class City:
    """A hub that signs people in, and districts by their codes."""

    provider: RunningProvider
    places: dict[str, Place]

    def exchange(self) -> None:
        """Carries what was said until nobody has anything to say any more."""
        while any(self._up(place) or self._down(place) for place in self.places.values()):
            pass

    def _up(self, place: Place) -> bool:
        stream = streams.up(place.settings.district)
        said = place.do(lambda session: tenants.mailbox.log.read(session, stream, epoch=1, after=place.said))
        if said is None:
            return False
        self.provider.hub.hears(batch.seal_batch(said, place.settings.wire.signing_key))
        place.said = said.last
        return True

    def _down(self, place: Place) -> bool:
        code, hub = place.settings.district, self.provider.hub
        stream, hub_key = streams.down(code), tenants.mailbox.HubKey(place.settings.hub_key)
        with hub.sessions() as session:
            said = federation.mailbox.log.read(session, stream, epoch=1, after=place.heard)
        if said is None:
            return False
        raw = batch.seal_batch(said, hub.settings.wire.signing_key)
        place.do(lambda session: tenants.mailbox.inbox.receive(session, raw, receiver=code, keys=lambda _: hub_key, at=AT))
        place.heard = said.last
        return True


@contextmanager
def signing_in_city(monkeypatch: pytest.MonkeyPatch, folder: Path, *codes: str, **changes: Any) -> Iterator[City]:
    """A hub and a district for each of `codes`, of which the hub knows where their pages are."""
    with running_provider(monkeypatch, folder, **changes) as provider, ExitStack() as stack:
        hub_key = signing.read_key(signing.public_jwk(provider.settings.wire.signing_key))
        city = City(provider, {code: _place(stack, folder, code, hub_key) for code in codes})
        for code, place in city.places.items():
            key = signing.read_key(signing.public_jwk(place.settings.wire.signing_key))
            with provider.hub.sessions.begin() as session:
                inbox = provider.hub.inbox
                enrol(session, code, name=place.settings.district_name, region_code="440304", key=key, inbox=inbox, at=AT)
            place.do(partial(set_up, settings=place.settings))
        city.exchange()
        yield city


def browser() -> httpx.Client:
    """Somebody's, who reads English; it goes where it is sent, to whichever host."""
    return httpx.Client(follow_redirects=True, trust_env=False, headers={"Accept-Language": "en"}, timeout=20)


def origin_of(address: httpx.URL) -> str:
    """Where a page is from."""
    parts = urlsplit(str(address))
    return f"{parts.scheme}://{parts.netloc}"


def _place(stack: ExitStack, folder: Path, code: str, hub_key: Any) -> Place:
    address = f"http://127.0.0.1:{servers.free_port()}"
    settings = district_settings(
        f"sqlite:///{folder / code}.db", district=code, district_name=code.title(), hub_key=hub_key, public_url=address
    )
    place = Place(settings, create_app(settings), address)
    with place.app.app_context():
        lay_tables(db.engine, MIGRATIONS)
        stack.callback(db.engine.dispose)

    def found(session: Session) -> None:
        tenants.mailbox.open_streams(session, code)
        found_district(session, district=code, name=settings.district_name)

    place.do(found)
    place.open()
    stack.callback(place.close)
    return place


@contextmanager
def _served(app: Flask, address: str) -> Iterator[None]:
    server = make_server("127.0.0.1", urlsplit(address).port or 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
