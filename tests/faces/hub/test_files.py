"""Do files hold what the page shows, in a form that a spreadsheet may open?"""

import csv
import io
from datetime import UTC, datetime, timedelta

from flask.testing import FlaskClient

from tests.hub.peers import Hub, hours, organization, registration, shown_hours

# Later than the requests that the tests make: nobody is silent by then.
NOW = datetime.now(UTC) + timedelta(hours=1)


def rows(client: FlaskClient, path: str) -> list[list[str]]:
    """The table in a file."""
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_the_districts_of_a_year(hub: Hub, client: FlaskClient) -> None:
    [futian] = hub.enrol("futian")
    told = [*shown_hours("h1", month="2025-12"), *shown_hours("h2", minutes=45)]
    hub.hears(futian.says(registration("r1"), *told, at=NOW), at=NOW)
    heading, futian_row = rows(client, "/districts.csv?year=2026")
    shown = dict(zip(heading, futian_row, strict=True))
    assert (shown["Code"], shown["Registrations"], shown["Entries"]) == ("futian", "1", "10")
    assert (shown["Certified minutes"], shown["Standing"]) == ("450", "Equal")
    assert shown["As of"].endswith("+08:00")


def test_the_months_of_all_districts_and_of_one(hub: Hub, client: FlaskClient) -> None:
    futian, luohu = hub.enrol("futian", "luohu")
    told = [*shown_hours("h1", minutes=45), *shown_hours("h2", month="2026-04", entries=12), hours("h3", month="2026-05")]
    hub.hears(futian.says(*told, at=NOW), luohu.says(*shown_hours("h2"), *shown_hours("h3", month="2026-04"), at=NOW), at=NOW)
    assert rows(client, "/months.csv") == [
        ["Month", "Minutes in Futian", "Minutes in Luohu", "Minutes"],
        ["2026-03", "", "600", "600"],
        ["2026-04", "720", "600", "1320"],
        ["All others", "510", "0", "510"],
    ]
    assert rows(client, "/months.csv?district=luohu")[1] == ["2026-03", "600", "600"]
    assert rows(client, "/districts/luohu/months.csv")[1] == ["2026-03", "600", "600"]


def test_a_name_is_never_a_formula(hub: Hub, client: FlaskClient) -> None:
    [futian] = hub.enrol("futian")
    hub.hears(futian.says(organization("o1", name='=HYPERLINK("https://example.org")'), *shown_hours("h"), at=NOW), at=NOW)
    assert rows(client, "/districts/futian/organizations.csv")[1][0].startswith("'=")


def test_excel_can_tell_the_encoding(client: FlaskClient) -> None:
    assert client.get("/months.csv").data.startswith(b"\xef\xbb\xbf")
