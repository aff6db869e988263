"""Does a page speak the language that its reader wants?"""

import pytest
from flask.testing import FlaskClient


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
