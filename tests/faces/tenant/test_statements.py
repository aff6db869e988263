"""Does an answer cost no more statements when there is more to show?"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event

from tenants.db import db
from tenants.staff.signing_in import issue_token, staff_named
from tests.support.desk import Visitor
from tests.support.district import District


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


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/queue/",
        "/volunteers/?words=张",
        "/api/v1/registrations",
        "/api/v1/hour-entries",
        "/api/v1/organizations",
    ],
)
def test_more_rows_are_no_more_statements(district: District, li: Visitor, path: str) -> None:
    staff = staff_named(district.session, "li")
    token = issue_token(district.session, staff, purpose="test", lifetime=timedelta(days=1), at=datetime.now(UTC))
    headers = {"Authorization": f"Bearer {token}"}
    counts = []
    for number in (2, 15):
        for one in range(number):
            district.submitted(volunteer=f"FT{number}-{one}", organization=district.organization(f"社区 {number}-{one}"))
        with counted(district) as statements:
            answer = li.get(path, headers=headers)
        assert answer.status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]
    assert 0 < counts[0] < 20
