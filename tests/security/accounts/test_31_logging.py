"""Does a secret of somebody's account stand in a log?"""

import pytest
from flask import Flask

from tests.hub.peers import Hub
from tests.support.people import PHONE, Someone, code_of

PASSWORD, NEXT_PASSWORD, WRONG = "canary of a password", "canary of the next one", "canary that is wrong"
NUMBER = "110113199605160538"


def test_31_no_password_code_key_or_number_is_logged(
    app: Flask, hub: Hub, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    someone = Someone(app, hub)
    someone.sign_up(password=PASSWORD, document_number=NUMBER)
    keys = [someone.key]
    seed, recovery_codes = someone.add_app()
    keys.append(someone.key)
    someone.sign_in(PHONE, WRONG)
    someone.recover(password=NEXT_PASSWORD)
    someone.sign_in(PHONE, NEXT_PASSWORD)
    someone.fill_in("/sign-in/second-step", recovery_code=recovery_codes[0])
    someone.fill_in("/claim", document_kind="resident_id", document_number=NUMBER, phone=PHONE)
    someone.fill_in("/claim/slip", slip="canary.of.a slip")
    said = "".join(capfd.readouterr()) + caplog.text
    assert "/sign-up/details" in said
    codes = [letter.values["code"] for letter in someone.outbox.letters() if letter.topic == "code"]
    secrets = [
        PASSWORD,
        NEXT_PASSWORD,
        WRONG,
        NUMBER,
        PHONE,
        seed,
        code_of(seed),
        *recovery_codes,
        *keys,
        *codes,
        "canary.of.a",
    ]
    assert [secret for secret in secrets if str(secret) in said] == []
