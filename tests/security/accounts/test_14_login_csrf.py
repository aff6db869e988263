"""Can another site sign somebody in, or do something in their name?"""

import re
import uuid

import pytest
from flask import Flask

from federation.accounts.models import AccountSession
from tests.hub.peers import Hub
from tests.support.people import PASSWORD, PHONE, Someone


def test_14_nobody_is_signed_in_by_another_site(hub: Hub, app: Flask, someone: Someone) -> None:
    victim = Someone(app, hub)
    fields = {"username": PHONE, "password": PASSWORD}
    assert victim.send("POST", "/sign-in", data=fields).status_code == 400
    # With the token of the attacker's own browser, too.
    someone.get("/sign-in?again=1")
    token = someone.hidden("csrf_token")
    assert victim.send("POST", "/sign-in", data=fields | {"csrf_token": token}).status_code == 400
    assert victim.key is None
    assert len(hub.rows(AccountSession)) == 1


def test_14_every_form_for_people_wants_its_token(app: Flask, someone: Someone) -> None:
    paths = [
        re.sub(r"<[^>]+>", str(uuid.uuid4()), rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("people.") and "POST" in (rule.methods or set())
    ]
    assert len(paths) > 20
    assert {path: someone.send("POST", path).status_code for path in paths} == dict.fromkeys(paths, 400)
    assert someone.is_in()


@pytest.mark.parametrize("path", ["/sign-out", "/account/data", "/account/sessions/end-others"])
def test_14_nothing_happens_by_following_a_link(someone: Someone, path: str) -> None:
    assert someone.get(path).status_code == 405
    assert someone.is_in()
