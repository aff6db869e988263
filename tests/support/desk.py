"""How does a test sit at a district's desk, or speak to its API?"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import event
from werkzeug.test import TestResponse

from tenants.db import db
from tenants.organizations.models import Organization
from tenants.staff.appointing import add_staff_member
from tenants.staff.models import Role, StaffMember
from tenants.staff.tokens import issue_token
from tests.support import visitor
from tests.support.district import District
from tests.support.visitor import IN_ENGLISH

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


class Visitor(visitor.Visitor):
    """Somebody who asks a district."""

    def __init__(self, district: District, headers: Mapping[str, str] = IN_ENGLISH) -> None:
        super().__init__(district.app, headers)
        self.district = district

    def send(self, method: str, path: str, headers: dict[str, str] | None = None, **options: Any) -> TestResponse:
        """Any request."""
        # Ends the transaction of the test itself: on SQLite it would keep everybody else from writing.
        self.district.session.commit()
        return super().send(method, path, headers, **options)

    def sign_in(self, username: str = "li", password: str = PASSWORD) -> TestResponse:
        """Fills in the form."""
        self.get("/sign-in")
        return self.post("/sign-in", username=username, password=password)


def at_desk(district: District, username: str = "li", **options: Any) -> Visitor:
    """A new member of staff who has signed in."""
    add_staff(district, username, **options)
    sitting = Visitor(district)
    sitting.sign_in(username)
    return sitting


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
