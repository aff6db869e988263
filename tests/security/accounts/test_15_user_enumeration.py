"""Does the hub tell who has an account?

Of times nothing is said here: on a machine that does other work they prove nothing. What takes long is done either way, which
`test_15_a_password_is_checked_for_nobody_as_well` sees.
"""

from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask

from tests.hub.peers import Hub
from tests.support.people import PHONE, Someone, form_without_values

UNKNOWN = "13800000000"


@pytest.mark.usefixtures("someone")
def test_15_signing_in(app: Flask, hub: Hub, stranger: Someone) -> None:
    known = stranger.sign_in(PHONE, "a wrong password")
    unknown = Someone(app, hub, address="198.51.100.8").sign_in(UNKNOWN, "a wrong password")
    assert known.status_code == unknown.status_code == 401
    assert form_without_values(known) == form_without_values(unknown)


@pytest.mark.usefixtures("someone")
@pytest.mark.parametrize(("page", "field"), [("/sign-up", "address"), ("/recover", "username")])
def test_15_signing_up_and_recovering(stranger: Someone, page: str, field: str) -> None:
    answers = []
    for typed in (PHONE, UNKNOWN):
        typing: dict[str, Any] = {field: typed}
        first = stranger.fill_in(page, follow=False, **typing)
        second = stranger.get(first.headers["Location"])
        third = stranger.post(f"{page}/code", code="000000")
        shown = f"{form_without_values(second)}{form_without_values(third)}".replace(typed, "")
        answers.append((first.status_code, first.headers["Location"], third.status_code, shown))
    assert answers[0] == answers[1]


@pytest.mark.usefixtures("someone")
def test_15_claiming(stranger: Someone) -> None:
    answers = []
    for phone in (PHONE, UNKNOWN):
        stranger.fill_in("/claim", document_kind="resident_id", document_number="110113199605160538", phone=phone)
        answers.append(stranger.text().replace(phone, ""))
    assert answers[0] == answers[1]


def test_15_a_password_is_checked_for_nobody_as_well(stranger: Someone, monkeypatch: pytest.MonkeyPatch) -> None:
    checked = []
    verify = PasswordHasher.verify

    def note(self: PasswordHasher, *arguments: Any) -> bool:
        checked.append(arguments[-1])
        return verify(self, *arguments)

    monkeypatch.setattr(PasswordHasher, "verify", note)
    stranger.sign_in(UNKNOWN, "a wrong password")
    assert checked == ["a wrong password"]
