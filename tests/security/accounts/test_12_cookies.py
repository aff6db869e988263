"""Does a browser keep the hub's cookies from everybody else?"""

from dataclasses import replace
from typing import Any

import pytest

from tests.hub.peers import Hub
from tests.support.hub import program_of
from tests.support.people import PASSWORD, PHONE, Someone


@pytest.mark.usefixtures("someone")
def test_12_cookies_are_for_this_host_over_https_alone_and_for_no_script(hub: Hub) -> None:
    with program_of(replace(hub.settings, secure_cookies=True)) as app:
        visitor = Someone(app, hub)
        over_https: dict[str, Any] = {"base_url": "https://hub.example"}
        visitor.get("/sign-in", **over_https)
        fields = {"username": PHONE, "password": PASSWORD, "csrf_token": visitor.hidden("csrf_token")}
        answer = visitor.send("POST", "/sign-in", data=fields, **over_https)
        assert answer.status_code == 303
        cookies = {cookie.partition("=")[0]: cookie for cookie in answer.headers.getlist("Set-Cookie")}
        assert cookies.keys() == {"__Host-banyan_hub", "__Host-banyan_account", "__Host-banyan_device"}
        for cookie in cookies.values():
            parts = {part.strip() for part in cookie.split(";")}
            assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= parts
            assert not any(part.startswith("Domain") for part in parts)
        assert "banyan" not in answer.headers["Location"]
