"""Who visits, and with what does a page work?"""

from datetime import datetime

from flask import current_app, g, request

from tenants.db import db
from tenants.settings import Settings
from tenants.sso.knowing import KnownProvider
from tenants.sso.models import LocalSession
from tenants.sso.provider import Provider


def signed_in() -> LocalSession | None:
    """Who is signed in in this browser."""
    found: LocalSession | None = g.signed_in
    return found


def settings() -> Settings:
    """The district's settings."""
    found: Settings = current_app.config["SETTINGS"]
    return found


def provider() -> Provider:
    """The provider, with no transaction open: what it is asked takes a while. Raises `NotPrepared`."""
    known: KnownProvider = current_app.extensions["provider"]
    found = known.get(db.session())
    db.session.rollback()
    return found


def now() -> datetime:
    """The moment of this request."""
    moment: datetime = g.now
    return moment


def address() -> str:
    """Where the request comes from."""
    return request.remote_addr or ""
