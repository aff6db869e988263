"""Does a page speak the language that its reader wants?"""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.hub.peers import Hub
from tests.support.people import Someone
from tests.support.provider import Person, RelyingParty, RunningProvider, request_id_of, running_provider
from tests.support.stewards import Steward


@pytest.fixture
def provider(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningProvider]:
    """A hub to which clients send people."""
    with running_provider(monkeypatch, tmp_path) as provider:
        yield provider


@pytest.fixture
def library(provider: RunningProvider) -> RelyingParty:
    """A client about which people are asked."""
    return provider.add_client(first_party=False)


@pytest.mark.parametrize(
    ("asked_for", "spoken"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans"),
        ("zh-TW", "zh-Hans"),
        ("en-GB,en;q=0.9,zh;q=0.5", "en"),
        ("fr", "en"),
        ("", "en"),
    ],
)
def test_the_browser_is_asked(client: FlaskClient, asked_for: str, spoken: str) -> None:
    page = client.get("/", headers={"Accept-Language": asked_for})
    assert f'<html lang="{spoken}">' in page.text
    assert {"Accept-Language", "Cookie"} <= page.vary.as_set(preserve_casing=True)


def test_the_texts_are_translated(client: FlaskClient) -> None:
    assert "<h1>全市志愿服务概况</h1>" in client.get("/", headers={"Accept-Language": "zh"}).text


def test_the_switch_keeps_the_page_and_is_remembered(client: FlaskClient) -> None:
    switched = client.get("/?year=2026&language=zh_Hans&district=futian")
    assert switched.status_code == 302
    assert switched.location == "/?year=2026&district=futian"
    assert '<html lang="zh-Hans">' in client.get(switched.location).text


def test_each_page_offers_itself_in_both_languages(client: FlaskClient) -> None:
    page = client.get("/nowhere?a=1").text
    assert 'href="/nowhere?a=1&amp;language=zh_Hans"' in page
    assert 'href="/nowhere?a=1&amp;language=en"' in page


def test_the_switch_leads_to_no_other_host(client: FlaskClient) -> None:
    switched = client.get("/?language=en", environ_overrides={"PATH_INFO": "//elsewhere.example/"})
    assert switched.location == "/elsewhere.example/"


def refused(visitor: Person, page: httpx.Response) -> str:
    """What the page for signing in says to who guesses there."""
    found = re.search(r'name="csrf_token"[^>]* value="([^"]*)"', page.text)
    assert found
    guess = {"csrf_token": found[1], "username": "nobody", "password": "wrong"}
    answer = visitor.post(page.url.raw_path.decode(), data=guess)
    assert answer.status_code == 401
    return answer.text


IN_CHINESE, IN_ENGLISH = '<html lang="zh-Hans">', '<html lang="en">'


@pytest.mark.parametrize(
    ("tags", "spoken"),
    [
        ("zh-Hans", IN_CHINESE),
        ("zh-Hans-CN en", IN_CHINESE),
        ("ZH-cn", IN_CHINESE),
        ("fr-CA fr zh en", IN_CHINESE),
        ("en zh", IN_ENGLISH),
        ("fr tlh-Latn", IN_ENGLISH),
        ("中文 - -- ;;", IN_ENGLISH),
        (None, IN_ENGLISH),
    ],
)
def test_who_sends_somebody_says_in_which_language_they_read(
    provider: RunningProvider, library: RelyingParty, tags: str | None, spoken: str
) -> None:
    visitor = provider.visitor()
    sent = library.authorize(visitor, ui_locales=tags)
    page = visitor.get(sent.headers["Location"])
    assert spoken in page.text
    assert spoken in visitor.get(f"/sign-up?request={request_id_of(sent)}").text
    assert spoken in refused(visitor, page)


def test_what_is_asked_on_the_way_is_asked_in_that_language(provider: RunningProvider, library: RelyingParty) -> None:
    person = provider.sign_in()
    straight = library.authorize(person, ui_locales="zh-Hans")
    assert "<h1>允许 图书馆 知道您是谁吗？</h1>" in straight.text
    sent = library.authorize(person, ui_locales="zh-Hans", max_age="0")
    again = provider.come_back(person, sent)
    assert "<h1>允许 图书馆 知道您是谁吗？</h1>" in again.text


def test_what_was_chosen_at_the_hub_since_then_counts(provider: RunningProvider, library: RelyingParty) -> None:
    visitor = provider.visitor()
    page = visitor.get(library.authorize(visitor, ui_locales="zh-Hans").headers["Location"])
    switched = visitor.get(f"{page.url.raw_path.decode()}&language=en")
    page = visitor.get(switched.headers["Location"])
    assert IN_ENGLISH in page.text
    assert IN_ENGLISH in refused(visitor, page)
    assert IN_CHINESE in visitor.get(library.authorize(visitor, ui_locales="zh-Hans").headers["Location"]).text


def test_what_was_chosen_on_the_page_that_asks_counts_as_well(provider: RunningProvider, library: RelyingParty) -> None:
    person = provider.sign_in()
    page = library.authorize(person, ui_locales="zh-Hans")
    switched = person.get(f"{page.url.raw_path.decode()}&language=en")
    assert IN_ENGLISH in person.get(switched.headers["Location"]).text


@pytest.mark.parametrize("kept", ["zh_Hans", "zh_Hans.", "zh_Hans.1700000000"])
def test_a_choice_of_long_ago_counts_where_nobody_says_otherwise(
    provider: RunningProvider, library: RelyingParty, kept: str
) -> None:
    visitor = provider.visitor()
    visitor.browser.cookies.set("banyan_language", kept)
    assert IN_CHINESE in visitor.get("/sign-in").text
    assert IN_ENGLISH in visitor.get(library.authorize(visitor, ui_locales="en").headers["Location"]).text


@pytest.mark.parametrize("kept", ["", "fr", "zh_Hans.x", ".", "en.zh_Hans"])
def test_a_choice_that_nobody_made_is_none(client: FlaskClient, kept: str) -> None:
    client.set_cookie("banyan_language", kept)
    assert IN_ENGLISH in client.get("/sign-in", headers={"Accept-Language": "en"}).text


def test_a_refusal_is_said_in_the_reader_s_language(app: Flask, hub: Hub, chen: Steward) -> None:
    someone = Someone(app, hub)
    someone.sign_up()
    for visitor, act, said in (
        (someone, "recovery-codes", "恢复码用于应用丢失时代替应用。请先添加应用。"),
        (chen, "app/remove", "您在这里为他人办事，需要第二重验证。请先添加通行密钥。"),
    ):
        visitor.headers["Accept-Language"] = "zh-CN"
        visitor.get("/account/factors")
        answer = visitor.post(f"/account/factors/{act}")
        assert answer.status_code == 409
        assert said in answer.text
