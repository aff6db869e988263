"""Does an answer cost no more statements when there is more to show?"""

from datetime import UTC, datetime, timedelta

import pytest

from tenants.staff.finding import staff_named
from tenants.staff.tokens import issue_token
from tests.support.desk import Visitor, counted
from tests.support.district import District


@pytest.mark.parametrize(
    "path",
    [
        "/desk/",
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
