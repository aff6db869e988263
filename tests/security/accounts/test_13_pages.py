"""Can another page frame the hub's, or learn where somebody was?"""

import pytest

from tests.support.people import Someone

FOR_EVERYBODY = ["/sign-in", "/sign-up", "/claim", "/claim/slip", "/recover"]
FOR_ONE = ["/account/", "/account/hours", "/account/factors"]


@pytest.mark.parametrize("path", FOR_EVERYBODY + FOR_ONE)
def test_13_nobody_frames_or_keeps_these_pages_or_is_told_where_one_was(someone: Someone, stranger: Someone, path: str) -> None:
    answer = (someone if path in FOR_ONE else stranger).get(path)
    assert answer.status_code == 200
    headers = answer.headers
    policy = dict(part.split(" ", 1) for part in headers["Content-Security-Policy"].split("; "))
    assert policy["frame-ancestors"] == policy["default-src"] == "'none'"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"


def test_13_a_password_that_was_wrong_is_not_shown_again(stranger: Someone) -> None:
    answer = stranger.sign_in(password="a wrong password")
    assert answer.status_code == 401
    assert "a wrong password" not in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
