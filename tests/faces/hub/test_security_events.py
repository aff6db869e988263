"""Does a steward see what happened to accounts, and take it along?"""

import csv
import io
from datetime import UTC, datetime

import pytest
from flask import Flask

from federation.accounts.finding import account_named
from federation.accounts.models import Outcome, SecurityEventKind
from federation.accounts.security_events import note
from tests.hub.peers import Hub
from tests.support.people import PASSWORD, Someone
from tests.support.stewards import Steward


@pytest.fixture
def events(hub: Hub, app: Flask, chen: Steward) -> Steward:
    """A hub at which somebody opened an account, and somebody else guessed."""
    Someone(app, hub).sign_up()
    Someone(app, hub, address="198.51.100.7").sign_in("chen", "a wrong guess")
    return chen


def rows(steward: Steward, query: str = "") -> list[dict[str, str]]:
    answer = steward.get(f"/stewards/security/events.csv{query}")
    assert answer.headers["Content-Disposition"] == "attachment; filename=security-events.csv"
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def test_the_newest_event_stands_first_and_says_who_what_and_from_where(events: Steward) -> None:
    first = rows(events)[0]
    assert (first["kind"], first["outcome"], first["account"], first["actor"]) == ("signed_in", "refused", "chen", "")
    assert (first["address"], first["detail"]) == ("198.51.100.7", "methods: pwd")
    assert "Account opened" in events.get("/stewards/security/").text


@pytest.mark.parametrize(
    ("query", "kinds"),
    [
        ("?kind=signed_up", {"signed_up"}),
        ("?outcome=refused", {"signed_in"}),
        ("?username=chen", {"role_given", "signed_in"}),
        ("?address=198.51.100.7", {"signed_in"}),
        ("?client=district:futian", set()),
        ("?since=2020-01-01&until=2020-12-31", set()),
        ("?since=2020-01-01", {"role_given", "signed_in", "signed_up"}),
    ],
)
def test_filters_narrow_page_and_file_alike(events: Steward, query: str, kinds: set[str]) -> None:
    assert {row["kind"] for row in rows(events, query)} == kinds
    assert ("Nothing of that kind has happened." in events.get(f"/stewards/security/{query}").text) is (not kinds)


def test_a_filter_that_is_none_is_refused(events: Steward) -> None:
    assert events.get("/stewards/security/?kind=nonsense").status_code == 422
    assert events.get("/stewards/security/events.csv?since=yesterday").status_code == 422


def test_the_list_goes_on_on_other_pages(hub: Hub, chen: Steward) -> None:
    at = datetime.now(UTC)
    with hub.sessions.begin() as session:
        for _ in range(60):
            note(session, SecurityEventKind.SIGNED_OUT, account=account_named(session, "chen"), at=at)
    assert chen.get("/stewards/security/?kind=signed_out").text.count("<tr>") == 51
    assert chen.get("/stewards/security/?kind=signed_out&after=50").text.count("<tr>") == 11


def test_who_took_it_along_stands_in_it_with_the_number_of_events(events: Steward) -> None:
    assert len(rows(events, "?kind=signed_up")) == 1
    [row] = rows(events, "?kind=data_exported")
    assert (row["account"], row["actor"], row["address"]) == ("chen", "chen", "127.0.0.1")
    assert row["detail"] == "file: security_events, rows: 1"
    assert "Data of others taken along" in events.get("/account/security").text


def test_details_are_said_in_the_reader_s_words(hub: Hub, events: Steward) -> None:
    with hub.sessions.begin() as session:
        at, refused = datetime.now(UTC), Outcome.REFUSED
        kind = SecurityEventKind.LOGOUT_FAILED
        note(session, kind, account=None, outcome=refused, at=at, reason="its name leads nowhere")
        note(session, kind, account=None, outcome=refused, at=at, reason="answered 404", weather="fair")
    events.get("/stewards/security/")
    for words in (
        "Role: Steward · By: root",
        "Shown: password",
        "Reason: its name leads nowhere",
        "Reason: answered 404 · weather: fair",
    ):
        assert words in events.text()
    page = events.get("/stewards/security/", headers={"Accept-Language": "zh-CN"}).text
    for words in ("角色：市级管理员 · 操作者：root", "验证方式：密码", "原因：其域名无法解析", "原因：对方返回 404"):
        assert words in page


@pytest.mark.parametrize("query", ["since=0001-01-01", "until=9999-12-31", "kind=x", "username=" + "x" * 41])
def test_what_cannot_be_looked_for_is_said(chen: Steward, query: str) -> None:
    for path in ("/stewards/security/", "/stewards/security/events.csv"):
        refused = chen.get(f"{path}?{query}")
        assert refused.status_code == 422
        assert "There is a problem" in refused.text


@pytest.mark.parametrize("query", [f"after={10**30}", "after=-1", "after=x", "endpoint=x", "_external=1&_scheme=x"])
def test_an_address_that_somebody_changed_still_has_its_page(chen: Steward, query: str) -> None:
    assert chen.get(f"/stewards/security/?{query}").status_code == 200


def test_a_spreadsheet_takes_nothing_in_the_file_for_a_formula(hub: Hub, chen: Steward) -> None:
    with hub.sessions.begin() as session:
        refused = {"outcome": Outcome.REFUSED, "at": datetime.now(UTC), "user_agent": "=1+1", "address": "@here"}
        note(session, SecurityEventKind.CLIENT_REFUSED, account=None, **refused)  # type: ignore[arg-type]
    [row] = rows(chen, "?kind=client_refused")
    assert (row["browser"], row["address"]) == ("'=1+1", "'@here")


def test_these_are_for_stewards_alone(app: Flask, hub: Hub) -> None:
    someone = Someone(app, hub)
    someone.sign_up()
    for path in ("/stewards/security/", "/stewards/security/events.csv"):
        assert someone.get(path).status_code == 403


def test_one_sees_what_happened_to_one_s_own_account_and_takes_one_s_data(app: Flask, hub: Hub) -> None:
    someone = Someone(app, hub)
    someone.sign_up()
    assert "Account opened" in someone.get("/account/security").text
    data = someone.fill_in("/account/", "/account/data").json
    assert data is not None
    assert data["account"]["name"] == "陈静"
    assert [contact["value"] for contact in data["contacts"]] == ["13912345678"]
    assert [event["kind"] for event in data["security_events"]] == ["signed_in", "signed_up"]
    assert PASSWORD not in str(data)
