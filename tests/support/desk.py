"""How does a test sit at a district's desk, or speak to its API?"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import Context
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import event
from werkzeug.test import TestResponse

from tenants.db import db
from tenants.organizations.models import Organization
from tenants.staff.appointing import add_staff_member
from tenants.staff.models import Role, StaffMember
from tenants.staff.tokens import issue_token
from tests.support.district import District

PASSWORD = "correct horse battery"


def add_staff(
    district: District, username: str = "li", *, role: Role = Role.COORDINATOR, organization: Organization | None = None
) -> StaffMember:
    """A member of staff of an organization, by default of the district's street."""
    place = organization or district.street
    staff = add_staff_member(
        district.session, username=username, name=username, password=PASSWORD, role=role, organization=place
    )
    district.session.commit()
    return staff


@dataclass
class Visitor:
    """Somebody with a browser or a program. Each request has a context of its own, as in production."""

    district: District
    headers: dict[str, str] = field(default_factory=lambda: {"Accept-Language": "en"})

    def __post_init__(self) -> None:
        self.client: FlaskClient = self.district.app.test_client()
        self.page: TestResponse | None = None

    def get(self, path: str, **options: Any) -> TestResponse:
        """Asks for `path`, and keeps the answer as the page that is shown."""
        self.page = self._send("GET", path, **options)
        return self.page

    def post(
        self, path: str, fields: Mapping[str, Any] | None = None, *, follow: bool = True, **more_fields: Any
    ) -> TestResponse:
        """Sends a form of the page that is shown, with its CSRF token; by default goes where the answer leads."""
        token = {"csrf_token": self.hidden("csrf_token")}
        answer = self._send("POST", path, data={**(fields or {}), **more_fields, **token})
        if follow and answer.status_code == 303:
            return self.get(answer.headers["Location"])
        self.page = answer
        return answer

    def send(self, method: str, path: str, **options: Any) -> TestResponse:
        """Any request."""
        return self._send(method, path, **options)

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

    def sign_in(self, username: str = "li", password: str = PASSWORD) -> TestResponse:
        """Fills in the form."""
        self.get("/sign-in")
        return self.post("/sign-in", username=username, password=password)

    def _send(self, method: str, path: str, headers: dict[str, str] | None = None, **options: Any) -> TestResponse:
        # Ends the transaction of the test itself: on SQLite it would keep everybody else from writing.
        self.district.session.commit()
        wanted = self.headers | (headers or {})
        return Context().run(self.client.open, path, method=method, headers=wanted, **options)


def at_desk(district: District, username: str = "li", **options: Any) -> Visitor:
    """A new member of staff who has signed in."""
    add_staff(district, username, **options)
    visitor = Visitor(district)
    visitor.sign_in(username)
    return visitor


def program(district: District, username: str = "li", **options: Any) -> Visitor:
    """A program that acts for a new member of staff."""
    staff = add_staff(district, username, **options)
    token = issue_token(district.session, staff, purpose="test", lifetime=timedelta(days=1), at=datetime.now(UTC))
    return Visitor(district, {"Authorization": f"Bearer {token}"})


@contextmanager
def counted(district: District) -> Iterator[list[str]]:
    """The statements that anybody sends meanwhile."""
    statements: list[str] = []

    def note(*arguments: object) -> None:
        statements.append(str(arguments[2]))

    district.session.commit()
    event.listen(db.engine, "before_cursor_execute", note)
    yield statements
    event.remove(db.engine, "before_cursor_execute", note)
