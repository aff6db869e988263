"""Does everything at the hub that is not for everybody need somebody who signed in?"""

import re
import uuid
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from werkzeug.routing import Rule

from admin.hub import operator
from federation.settings import Settings
from tests.support.stewards import Steward

# What everybody may read, what carries a signature or a secret of its own, and the health of the program.
OPEN_BLUEPRINTS = {"assets", "hub", "api-docs", "documentation", "health", "metrics"} | {
    *("openid_discovery", "openid_direct", "openid_authorizing", "openid_consent"),
    *("openid_signing_out", "openid_sign_out_confirmation"),
}
GUARDS = {"stewards": "/sign-in", "people": "/sign-in", "operation": "/operation/sign-in"}
PUBLIC = operator.PUBLIC_ENDPOINTS
# What leads to an account is open to who has none yet.
PUBLIC_ROOMS = tuple(
    f"people.{room}." for room in ("signing_in", "second_step", "signing_up", "claiming", "recovering", "outbox")
)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """A hub that has an operator, too."""
    return replace(settings, operator_token="a secret of more than thirty-two characters")


def pages(app: Flask) -> Iterator[tuple[Rule, str, str]]:
    """Every page that is not the API's or everybody's, with its methods and a path to it."""
    for rule in app.url_map.iter_rules():
        room = rule.endpoint.partition(".")[0]
        if room in OPEN_BLUEPRINTS or rule.rule.startswith("/api/") or rule.endpoint in PUBLIC:
            continue
        if rule.endpoint.startswith(PUBLIC_ROOMS):
            continue
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method, re.sub(r"<[^>]+>", str(uuid.uuid4()), re.sub(r"<int[^>]+>", "1", rule.rule))


def test_every_page_wants_whom_it_is_for(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    answers = {}
    for rule, method, path in pages(app):
        answer = Steward(app).send(method, path)
        answers[method, path] = (rule.endpoint.partition(".")[0], answer.headers.get("Location"))
    assert set(answers.values()) == set(GUARDS.items())


def test_every_form_of_a_steward_wants_its_token(app: Flask, chen: Steward) -> None:
    answers = {
        rule.rule: chen.send(method, path).status_code
        for rule, method, path in pages(app)
        if method == "POST" and rule.endpoint.startswith(("stewards.", "people."))
    }
    assert len(answers) > 3
    assert set(answers.values()) == {400}


@pytest.mark.parametrize(
    "path", ["/sign-in", "/stewards/", "/stewards/security/", "/account/", "/account/password", "/account/factors", "/"]
)
def test_nothing_from_elsewhere_and_nothing_inline(chen: Steward, path: str) -> None:
    answer = chen.get(path)
    policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == policy["frame-ancestors"] == "'none'"
    assert {policy[name] for name in ("script-src", "style-src", "connect-src", "form-action")} == {"'self'"}
    assert re.findall(r'<style|\sstyle=|\son[a-z]+="|<script>|(?:src|href)="(?:https?:)?//', answer.text) == []
