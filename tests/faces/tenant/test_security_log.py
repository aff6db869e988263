"""Does an administrator see what happened to the district's accounts, and take it along?"""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest

from tenants.organizations.arranging import root
from tenants.sso.flaws import Flaw
from tenants.sso.models import LocalSession, SecurityEventKind
from tenants.sso.security_events import note
from tenants.staff.models import Role
from tests.support import made_provider
from tests.support.desk import PASSWORD, Visitor, add_staff, at_desk
from tests.support.district import District
from tests.support.made_provider import provider_of

LOG, FILE = "/security/", "/security/events.csv"


@pytest.fixture
def wang(district: District) -> Visitor:
    """An administrator of the whole district, signed in."""
    return at_desk(district, "wang", role=Role.ADMINISTRATOR, organization=root(district.session))


@pytest.fixture
def events(district: District, wang: Visitor) -> Visitor:
    """The same, after somebody signed in at the hub, and somebody else guessed."""
    with provider_of(district) as provider:
        made_provider.at_desk(district, provider)
    add_staff(district, "zhao")
    stranger = Visitor(district)
    stranger.client.environ_base["REMOTE_ADDR"] = "198.51.100.7"
    stranger.sign_in("zhao", "a wrong guess")
    return wang


def rows(visitor: Visitor, query: str = "") -> list[dict[str, str]]:
    answer = visitor.get(f"{FILE}{query}")
    assert answer.headers["Content-Disposition"] == "attachment; filename=security-events.csv"
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def said(visitor: Visitor, query: str = "") -> list[tuple[str, str]]:
    return [(row["kind"], row["account"]) for row in rows(visitor, query)]


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
def test_the_newest_event_stands_first_and_says_who_what_and_from_where(events: Visitor) -> None:
    assert said(events) == [
        ("refused_locally", "zhao"),
        ("account_linked", "li"),
        ("signed_in", "li"),
        ("signed_in_locally", "wang"),
    ]
    assert [row["address"] for row in rows(events, "?kind=refused_locally")] == ["198.51.100.7"]
    assert "A password of the district was wrong" in events.get(LOG).text
    assert "Signed in by the city’s word" in events.text()


def test_it_is_there_in_chinese(events: Visitor) -> None:
    page = events.get(LOG, headers={"Accept-Language": "zh-CN"}).text
    assert "本区密码错误" in page
    assert "通过市级登录" in page


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ("?kind=signed_in", {"signed_in"}),
        ("?who=li", {"signed_in", "account_linked"}),
        ("?who=nobody", set()),
        ("?address=198.51.100.7", {"refused_locally"}),
        ("?since=2020-01-01&until=2020-12-31", set()),
        ("?since=2020-01-01&who=wang", {"signed_in_locally"}),
    ],
)
def test_filters_narrow_page_and_file_alike(events: Visitor, query: str, kinds: set[str]) -> None:
    assert {kind for kind, _ in said(events, query)} == kinds
    assert ("Nothing of that kind has happened." in events.get(f"{LOG}{query}").text) is (not kinds)
    assert f'href="{FILE}{query.replace("&", "&amp;")}"' in events.get(f"{LOG}{query}").text


def test_a_day_counts_whole_where_the_district_is(district: District, wang: Visitor) -> None:
    late = datetime(2026, 3, 7, 15, 59, tzinfo=UTC)  # one minute before midnight in Shenzhen
    for at in (late, late + timedelta(minutes=1)):
        note(district.session, SecurityEventKind.SIGNED_OUT, address="", at=at)
    day = "2026-03-07"
    assert [row["at"] for row in rows(wang, f"?since={day}&until={day}")] == ["2026-03-07T15:59:00+00:00"]


def test_what_is_known_by_the_city_s_name_alone_is_found_by_it(district: District, wang: Visitor) -> None:
    note(district.session, SecurityEventKind.REGISTRATION_OPENED, subject="a volunteer", address="", at=datetime.now(UTC))
    [row] = rows(wang, "?who=a volunteer")
    assert (row["city"], row["account"]) == ("a volunteer", "")


def test_there_are_pages(district: District, wang: Visitor) -> None:
    for _ in range(60):
        note(district.session, SecurityEventKind.SIGNED_OUT, actor="wang", address="", at=datetime.now(UTC))
    assert wang.get(f"{LOG}?kind=signed_out").text.count("<tr>") == 51
    assert "after=50" in wang.get(f"{LOG}?kind=signed_out").text
    assert wang.get(f"{LOG}?kind=signed_out&after=50").text.count("<tr>") == 11


def test_a_spreadsheet_takes_nothing_in_the_file_for_a_formula(district: District, wang: Visitor) -> None:
    at = datetime.now(UTC)
    note(district.session, SecurityEventKind.ANSWER_REFUSED, subject="=1+1", address="@here", at=at)
    [row] = rows(wang, "?kind=answer_refused")
    assert (row["city"], row["address"]) == ("'=1+1", "'@here")


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
def test_who_took_it_along_stands_in_it_with_the_number_of_events(events: Visitor) -> None:
    assert len(rows(events, "?kind=signed_in")) == 1
    [row] = rows(events, "?kind=data_exported")
    assert (row["account"], row["address"], row["detail"]) == ("wang", "127.0.0.1", "file: security_events, rows: 1")


def test_details_are_said_in_the_reader_s_words(district: District, wang: Visitor) -> None:
    at = datetime.now(UTC)
    note(district.session, SecurityEventKind.ANSWER_REFUSED, address="", at=at, what=Flaw.EXPIRED)
    note(district.session, SecurityEventKind.SIGNED_OUT_BY_HUB, address="", at=at, sessions=2)
    wang.get(LOG)
    assert "Reason: it has expired" in wang.text()
    assert "Sessions: 2" in wang.text()
    page = wang.get(LOG, headers={"Accept-Language": "zh-CN"}).text
    assert "原因：已过期" in page
    assert "会话数：2" in page


@pytest.mark.parametrize("query", ["since=0001-01-01", "until=9999-12-31", "since=today", "kind=x", "who=" + "x" * 81])
def test_what_cannot_be_looked_for_is_said(wang: Visitor, query: str) -> None:
    for path in (LOG, FILE):
        refused = wang.get(f"{path}?{query}")
        assert refused.status_code == 422
        assert "There is a problem" in refused.text


def test_it_is_for_administrators_of_the_whole_district_alone(district: District, li: Visitor) -> None:
    street = at_desk(district, "zhou", role=Role.ADMINISTRATOR)
    viewer = at_desk(district, "sun", role=Role.VIEWER, organization=root(district.session))
    for visitor in (li, street, viewer):
        assert visitor.get(LOG).status_code == visitor.get(FILE).status_code == 403
        assert LOG not in visitor.get("/desk/").text


def test_an_administrator_finds_it_and_shows_before_that_it_is_them(district: District, wang: Visitor) -> None:
    assert f'href="{LOG}"' in wang.get("/desk/").text
    [held] = district.session.query(LocalSession)
    held.authenticated_at = held.began_at - timedelta(minutes=16)
    assert wang.get(LOG).headers["Location"] == "/sign-in/again"
    asked = wang.get(f"{FILE}?kind=signed_in_locally")
    assert asked.headers["Location"] == "/sign-in/again"
    wang.get("/sign-in/again")
    back = wang.post("/sign-in/again", follow=False, password=PASSWORD).headers["Location"]
    assert back == f"{LOG}?kind=signed_in_locally"
    assert "Press “As a file” again." in wang.get(back).text
    assert len(rows(wang, "?kind=signed_in_locally")) == 2
