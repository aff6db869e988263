"""How does a test sit at the hub's desk?"""

from datetime import UTC, datetime

from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from federation.accounts.appointing import add_steward
from federation.accounts.models import Account, Role
from federation.accounts.passwords import new_hash
from federation.db import db
from tests.support.visitor import Visitor

PASSWORD = "correct horse battery"


def appoint(
    session: Session, username: str = "chen", *, role: Role = Role.STEWARD, must_change_password: bool = False
) -> Account:
    """A new account of the hub's staff; the caller commits."""
    return add_steward(
        session,
        username=username,
        name=username.title(),
        role=role,
        password_hash=new_hash(PASSWORD),
        must_change_password=must_change_password,
        by="root",
        at=datetime.now(UTC),
    )


class Steward(Visitor):
    """Somebody with a browser who asks the hub."""

    def sign_in(self, username: str = "chen", password: str = PASSWORD) -> TestResponse:
        """Fills in the form."""
        self.get("/stewards/sign-in")
        return self.post("/stewards/sign-in", username=username, password=password)


def steward(app: Flask, username: str = "chen", *, role: Role = Role.STEWARD) -> Steward:
    """A new member of the hub's staff who has signed in at `app`."""
    with app.app_context():
        appoint(db.session(), username, role=role)
        db.session.commit()
    sitting = Steward(app)
    sitting.sign_in(username)
    return sitting
