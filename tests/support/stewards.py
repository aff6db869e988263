"""How does a test sit at the hub's desk?"""

from datetime import UTC, datetime

import pyotp
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from federation.accounts.appointing import add_steward
from federation.accounts.factors.models import CodeGenerator
from federation.accounts.finding import account_named
from federation.accounts.models import Account, Role
from federation.accounts.passwords import new_hash
from federation.db import db
from federation.settings import Settings
from tests.support.visitor import Visitor

PASSWORD = "correct horse battery"
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"

_STEP_SECONDS = 30


def appoint(
    session: Session,
    username: str = "chen",
    *,
    role: Role = Role.STEWARD,
    must_change_password: bool = False,
    settings: Settings | None = None,
) -> Account:
    """A new account of the hub's staff, with `settings` one that has an app for codes; the caller commits."""
    account = add_steward(
        session,
        username=username,
        name=username.title(),
        role=role,
        password_hash=new_hash(PASSWORD),
        must_change_password=must_change_password,
        by="root",
        at=datetime.now(UTC),
    )
    if settings:
        equip(session, account, settings)
    return account


def equip(session: Session, account: Account, settings: Settings) -> None:
    """Gives an account an app for codes that counts from `SEED`."""
    at = datetime.now(UTC)
    seed = settings.field_cipher.encrypt(SEED.encode())
    session.add(CodeGenerator(account_id=account.id, seed=seed, created_at=at, confirmed_at=at))
    account.has_second_factor = True


def next_code(session: Session, username: str) -> str:
    """A code that the account's app shows, and that was not taken yet: if need be, as after a while. The caller commits."""
    generator = session.get_one(CodeGenerator, account_named(session, username).id)
    now = int(datetime.now(UTC).timestamp()) // _STEP_SECONDS
    if generator.last_step > now:
        generator.last_step = 0
    return pyotp.TOTP(SEED).generate_otp(max(generator.last_step + 1, now))


class Steward(Visitor):
    """Somebody with a browser who asks the hub."""

    def sign_in(self, username: str = "chen", password: str = PASSWORD) -> TestResponse:
        """Fills in the forms: the password's and, where that is right and asked for it, the code's."""
        self.get("/sign-in")
        answer = self.post("/sign-in", username=username, password=password)
        if 'name="recovery_code"' not in answer.text:
            return answer
        return self.post("/sign-in/second-step", code=self.code(username))

    def code(self, username: str = "chen") -> str:
        """A code of the account's app."""
        with self.client.application.app_context():
            code = next_code(db.session(), username)
            db.session.commit()
        return code


def newcomer(app: Flask, username: str = "chen", *, role: Role = Role.STEWARD, must_change_password: bool = False) -> Steward:
    """A new member of the hub's staff who has not signed in."""
    with app.app_context():
        settings: Settings = app.config["SETTINGS"]
        appoint(db.session(), username, role=role, must_change_password=must_change_password, settings=settings)
        db.session.commit()
    return Steward(app)


def steward(app: Flask, username: str = "chen", *, role: Role = Role.STEWARD) -> Steward:
    """A new member of the hub's staff who has signed in at `app`."""
    sitting = newcomer(app, username, role=role)
    sitting.sign_in(username)
    return sitting
