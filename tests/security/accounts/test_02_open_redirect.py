"""Does signing in lead anywhere but to the hub's own pages?"""

import pytest

from tests.support.people import PASSWORD, PHONE, Someone

ELSEWHERE = ["https://evil.example/", "//evil.example", "\\\\evil.example", "/\\evil.example", "https:evil.example"]


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
@pytest.mark.parametrize("name", ["next", "return_to", "redirect_uri", "wanted"])
def test_02_signing_in_stays_on_the_hub(someone: Someone, elsewhere: str, name: str) -> None:
    someone.fill_in("/account/", "/sign-out")
    someone.get("/sign-in", query_string={name: elsewhere})
    answer = someone.post(f"/sign-in?{name}={elsewhere}", follow=False, username=PHONE, password=PASSWORD)
    assert answer.headers["Location"] == "/account/"


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_02_a_request_that_nobody_made_leads_nowhere(someone: Someone, elsewhere: str) -> None:
    answer = someone.get("/sign-in", query_string={"request": elsewhere})
    assert answer.status_code == 400
    assert "Location" not in answer.headers
    someone.get("/sign-in?again=1")
    answer = someone.post(f"/sign-in?request={elsewhere}", follow=False, username=PHONE, password=PASSWORD)
    assert answer.headers["Location"] == "/account/"
