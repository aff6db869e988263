"""How does a test get a district of its own?"""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from cryptography.fernet import Fernet
from flask import Flask
from sqlalchemy.orm import Session

from sync import streams
from sync.databases.resealing import FieldCipher
from sync.messages import batch, envelope, signing
from sync.messages.envelope import Event
from sync.settings import WireSettings
from tenants import mailbox
from tenants.app import create_app
from tenants.db import db
from tenants.hours.models import HourEntry
from tenants.hours.recording import HourDetails, submit_hours
from tenants.hours.rules import possible_shift
from tenants.migrations import MIGRATIONS
from tenants.organizations.arranging import child, found_district
from tenants.organizations.models import Organization, OrganizationKind
from tenants.registrations.models import Registration
from tenants.registrations.registering import Outcome, RegistrationDetails, record_registration
from tenants.settings import Settings
from tests.support.tables import lay_tables

NOW = datetime(2026, 3, 7, 4, 0, tzinfo=UTC)
TOKEN_KEY = bytes(range(32))


def district_settings(database_url: str, **changes: Any) -> Settings:
    """Settings of a district called futian, with keys of its own."""
    values: dict[str, Any] = {
        "district": "futian",
        "district_name": "福田区",
        "database_url": database_url,
        "wire": WireSettings(
            bus_url="sqla+sqlite:////nowhere/bus.db",
            beacon_seconds=30.0,
            heartbeat_file=None,
            signing_key=signing.generate_key(),
        ),
        "hub_key": signing.generate_key(),
        "secret_key": base64.b64encode(signing.private_jwk(signing.generate_key())).decode(),
        "field_cipher": FieldCipher([Fernet.generate_key()]),
        "token_key": TOKEN_KEY,
        "time_zone": ZoneInfo("Asia/Shanghai"),
        "language": "zh_Hans",
        "trusted_proxies": 0,
        "secure_cookies": False,
    }
    return Settings(**(values | changes))


def district_environment(folder: Path, *, code: str = "nanshan", name: str = "南山区") -> dict[str, str]:
    """The environment of a district's program whose database, not yet made, is in `folder`."""
    values = {
        "DISTRICT": code,
        "DISTRICT_NAME": name,
        "DATABASE_URL": f"sqlite:///{folder / 'district.db'}",
        "BUS_URL": f"sqla+sqlite:///{folder / 'bus.db'}",
        "SIGNING_KEY": signing.private_jwk(signing.generate_key()).decode(),
        "HUB_KEY": signing.public_jwk(signing.generate_key()).decode(),
        "SECRET_KEY": "for tests only",
        "FIELD_KEYS": Fernet.generate_key().decode(),
        "TOKEN_KEY": base64.b64encode(TOKEN_KEY).decode(),
    }
    return {f"BANYAN_{name}": value for name, value in values.items()}


@dataclass
class District:
    """A founded district with one street, and short ways to fill it."""

    app: Flask
    settings: Settings
    street: Organization

    @property
    def session(self) -> Session:
        """The session of the application's context."""
        return db.session()

    def organization(self, name: str, *, kind: OrganizationKind = OrganizationKind.COMMUNITY) -> Organization:
        """A community of the street, or another kind of organization below it."""
        return child(self.session, district="futian", parent=self.street, kind=kind, name=name)

    def details(self, number: str = "FT1", **changes: Any) -> RegistrationDetails:
        """What somebody states about a volunteer."""
        stated: dict[str, Any] = {
            "local_number": number,
            "name": "张伟",
            "organization": self.street,
            "registered_on": date(2020, 1, 1),
        }
        return RegistrationDetails(**(stated | changes))

    def record(self, details: RegistrationDetails) -> Outcome:
        """Records what was stated, and commits."""
        existing = self.session.query(Registration).filter_by(local_number=details.local_number).one_or_none()
        outcome = record_registration(self.session, details, existing=existing, settings=self.settings, at=NOW)
        self.session.commit()
        return outcome

    def registration(self, number: str = "FT1", **changes: Any) -> Registration:
        """A registration, recorded where it is not there yet."""
        self.record(self.details(number, **changes))
        return self.session.query(Registration).filter_by(local_number=number).one()

    def submitted(
        self,
        *,
        volunteer: str = "FT1",
        hours_ago: float = 5,
        minutes: int = 60,
        by: str = "recorder",
        organization: Organization | None = None,
    ) -> HourEntry:
        """A submitted entry of a shift that began some hours before `NOW`; committed."""
        started_at = NOW - timedelta(hours=hours_ago)
        details = HourDetails(
            registration=self.registration(volunteer),
            organization_id=(organization or self.street).id,
            activity="图书馆导读",
            field="文化",
            shift=possible_shift(started_at, started_at + timedelta(minutes=minutes), minutes, now=NOW),
        )
        entry = submit_hours(self.session, details, by=by, at=NOW)
        self.session.commit()
        return entry

    def said(self) -> list[tuple[Event, dict[str, Any]]]:
        """Every event that the hub will read, with its data, in order."""
        stream = streams.up("futian")
        events: list[tuple[Event, dict[str, Any]]] = []
        while packed := mailbox.log.read(self.session, stream, epoch=1, after=len(events)):
            decoded = [envelope.decode(line) for line in batch.unpack(packed).lines]
            events += [(event, msgspec.json.decode(event.data)) for event in decoded]
        return events


@contextmanager
def founded_district(database_url: str, **changes: Any) -> Iterator[District]:
    """A district with its tables, streams and one street, inside its application's context."""
    settings = district_settings(database_url, **changes)
    app = create_app(settings)
    with app.app_context():
        lay_tables(db.engine, MIGRATIONS)
        mailbox.open_streams(db.session(), settings.district)
        root = found_district(db.session(), district=settings.district, name=settings.district_name)
        street = child(db.session(), district="futian", parent=root, kind=OrganizationKind.STREET, name="福田街道")
        db.session.commit()
        try:
            yield District(app, settings, street)
        finally:
            db.session.remove()
            db.engine.dispose()
