"""Does everything need somebody who signed in, but for the few things that must not?"""

import re
import uuid
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import text
from werkzeug.routing import Rule

from admin.tenant.desk import PUBLIC_ENDPOINTS
from tests.support.desk import Visitor
from tests.support.district import District

OPEN = PUBLIC_ENDPOINTS | {
    "assets.send",
    "api-docs.openapi_json",
    "documentation.page",
    "documentation.static",
    "documentation.swagger_ui",
    "health.alive",
    "health.ready",
    "metrics.show",  # has a token of its own
    "back_channel.hear",  # what comes there is signed by the hub
    "people.own.start",
    "people.signing_in.begin",
    "people.signing_in.begin_at_desk",
    "people.signing_in.come_back",
    "people.signing_out.leave",
    "people.signing_out.show",
}
NO_SIGN_IN = {"/sign-in", "/"}


def guarded(app: Flask) -> Iterator[tuple[Rule, str, str]]:
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<[^>]+>", str(uuid.uuid4()), rule.rule)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            if rule.endpoint not in OPEN:
                yield rule, method, path


def test_every_address_wants_staff(district: District) -> None:
    district.app.config["WTF_CSRF_ENABLED"] = False
    visitor = Visitor(district)
    answers = {}
    for rule, method, path in guarded(district.app):
        answer = visitor.send(method, path)
        answers[method, rule.rule] = answer.status_code if rule.rule.startswith("/api/") else answer.headers.get("Location")
    pages = {answer for (_, rule), answer in answers.items() if not rule.startswith("/api/")}
    programs = {answer for (_, rule), answer in answers.items() if rule.startswith("/api/")}
    assert pages == NO_SIGN_IN
    assert programs == {401}


def test_every_form_wants_its_token(li: Visitor, district: District) -> None:
    answers = {
        rule.rule: li.send(method, path).status_code
        for rule, method, path in guarded(district.app)
        if method == "POST" and not rule.rule.startswith("/api/")
    }
    assert set(answers.values()) == {400}


@pytest.mark.parametrize(
    "path", ["/sign-in", "/", "/desk/", "/queue/", "/volunteers/", "/nowhere", "/healthz", "/api/v1/nowhere", "/api/docs/"]
)
def test_nothing_from_elsewhere_and_nothing_inline(li: Visitor, path: str) -> None:
    answer = li.get(path)
    policy = dict(part.split(" ", 1) for part in answer.headers["Content-Security-Policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert {policy[name] for name in ("script-src", "style-src", "connect-src", "form-action")} == {"'self'"}
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert re.findall(r'<style|\sstyle=|\son[a-z]+="|<script>|(?:src|href)="(?:https?:)?//', answer.text) == []


def test_every_answer_carries_its_request_s_id(li: Visitor) -> None:
    given = str(uuid.uuid4())
    assert li.get("/desk/", headers={"X-Request-ID": given}).headers["X-Request-ID"] == given
    forged = "not an id\r\nforged: line".replace("\r\n", " ")
    assert uuid.UUID(li.get("/desk/", headers={"X-Request-ID": forged}).headers["X-Request-ID"])


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
def test_a_failure_has_its_page_also_where_the_database_answers_nothing_more(district: District, li: Visitor) -> None:
    district.session.execute(text("ALTER TABLE hour_entry RENAME TO gone"))
    answer = li.get("/queue/")
    assert answer.status_code == 500
    assert "It is not your fault, and it has been noted." in li.text()
