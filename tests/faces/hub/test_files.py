"""Do files hold what the page shows, in a form that a spreadsheet may open?"""

import csv
import io
from datetime import UTC, datetime

from flask.testing import FlaskClient

from tests.hub.peers import Hub, hours, organization, registration

NOW = datetime.now(UTC)


def rows(client: FlaskClient, path: str) -> list[list[str]]:
    """The table in a file."""
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_the_districts_of_a_year(hub: Hub, client: FlaskClient) -> None:
    [futian] = hub.enrol("futian")
    hub.hears(futian.says(registration("r1"), hours("h1", month="2025-12"), hours("h2", minutes=45), at=NOW), at=NOW)
    heading, futian_row = rows(client, "/districts.csv?year=2026")
    shown = dict(zip(heading, futian_row, strict=True))
    assert (shown["Code"], shown["Registrations"], shown["Entries"]) == ("futian", "1", "1")
    assert (shown["Certified minutes"], shown["Standing"]) == ("45", "Equal")
    assert shown["As of"].endswith("+08:00")


def test_the_months_of_all_districts_and_of_one(hub: Hub, client: FlaskClient) -> None:
    futian, luohu = hub.enrol("futian", "luohu")
    hub.hears(futian.says(hours("h1", minutes=45), at=NOW), luohu.says(hours("h2"), at=NOW), at=NOW)
    assert rows(client, "/months.csv") == [
        ["Month", "Minutes in Futian", "Minutes in Luohu", "Minutes"],
        ["2026-03", "45", "60", "105"],
    ]
    assert rows(client, "/months.csv?district=luohu")[1] == ["2026-03", "60", "60"]
    assert rows(client, "/districts/luohu/months.csv")[1] == ["2026-03", "60", "60"]


def test_a_name_is_never_a_formula(hub: Hub, client: FlaskClient) -> None:
    [futian] = hub.enrol("futian")
    told = [hours(f"h{number}") for number in range(10)]
    hub.hears(futian.says(organization("o1", name='=HYPERLINK("https://example.org")'), *told, at=NOW), at=NOW)
    assert rows(client, "/districts/futian/organizations.csv")[1][0].startswith("'=")


def test_excel_can_tell_the_encoding(client: FlaskClient) -> None:
    assert client.get("/months.csv").data.startswith(b"\xef\xbb\xbf")
