"""Does every answer tell the browser what it may do?"""

import re

import pytest
from flask.testing import FlaskClient

from tests.hub.peers import AT, Hub, hours

PATHS = ["/", "/districts/futian", "/months.csv", "/nowhere", "/static/banyan.css", "/api/v1/city", "/api/docs/", "/healthz"]


@pytest.fixture(autouse=True)
def one_district(hub: Hub) -> None:
    [futian] = hub.enrol("futian")
    hub.hears(futian.says(hours("h1")), at=AT)


@pytest.mark.parametrize("path", PATHS)
def test_nothing_from_elsewhere_and_nothing_inline(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert {policy[name] for name in ("script-src", "style-src", "connect-src", "form-action")} == {"'self'"}
    assert {policy[name] for name in ("base-uri", "frame-ancestors")} == {"'none'"}
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/", "/districts/futian", "/nowhere", "/api/docs/"])
def test_pages_need_nothing_that_is_forbidden(client: FlaskClient, path: str) -> None:
    page = client.get(path).text
    assert re.findall(r'<style|\sstyle=|\son[a-z]+="|<script>|(?:src|href)="(?:https?:)?//', page) == []


def test_only_https_is_to_stay_https(client: FlaskClient) -> None:
    assert "Strict-Transport-Security" not in client.get("/").headers
    assert "max-age=" in client.get("/", base_url="https://localhost").headers["Strict-Transport-Security"]


def test_an_asset_comes_compressed_and_may_be_kept(client: FlaskClient) -> None:
    [address] = re.findall(r'href="(/static/bootstrap.css\?v=[^"]+)"', client.get("/").text)
    whole = client.get(address)
    squeezed = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert len(squeezed.data) < len(whole.data) / 4
    assert squeezed.content_encoding == "gzip"
    assert whole.content_encoding is None
    assert "immutable" in squeezed.headers["Cache-Control"]
    assert client.get(address, headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304


def test_an_asset_under_an_older_address_is_asked_for_again(client: FlaskClient) -> None:
    assert client.get("/static/banyan.css?v=older").headers["Cache-Control"] == "no-cache"


def test_only_assets_are_served(client: FlaskClient) -> None:
    assert client.get("/static/banyan.py").status_code == 404
