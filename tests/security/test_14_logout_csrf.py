"""Can somebody be signed out by a page that is not theirs?"""

from typing import Any

import pytest

from tests.support.provider import SIGNED_OUT, Person, RelyingParty, RunningProvider, answer_of


def is_signed_in(client: RelyingParty, person: Person) -> bool:
    return "code" in answer_of(client.authorize(person, prompt="none"))


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_hint_of_somebody_else_asks(provider: RunningProvider, client: RelyingParty, person: Person, method: str) -> None:
    """To Authlib any valid hint is certain enough to sign out whoever sits there: pitfall 8."""
    foreign = {"id_token_hint": client.tokens(provider.sign_in())["id_token"], "post_logout_redirect_uri": SIGNED_OUT}
    own_but_elsewhere = client.tokens(provider.sign_in(account_id=person.account_id))["id_token"]
    for said in ({}, {"client_id": client.client_id}, foreign, {"id_token_hint": own_but_elsewhere}):
        where: dict[str, Any] = {"params": said} if method == "GET" else {"data": said}
        answer = person.browser.request(method, "/end-session", **where)
        assert (answer.status_code, "Sign out everywhere?" in answer.text) == (200, True)
        assert is_signed_in(client, person)


def test_the_answer_to_that_needs_the_page_s_own_token(client: RelyingParty, person: Person) -> None:
    page = person.get("/end-session")
    for token in (None, "forged"):
        assert person.send_form(page, csrf_token=token).status_code == 400
        assert is_signed_in(client, person)
    assert person.send_form(page).status_code == 200
    assert not is_signed_in(client, person)


def test_consent_needs_the_page_s_own_token(provider: RunningProvider, person: Person) -> None:
    stranger = provider.add_client("app:pushy", first_party=False)
    page = stranger.authorize(person)
    assert person.send_form(page, csrf_token=None, grant="1").status_code == 400
    assert "May 图书馆 know who you are?" in stranger.authorize(person).text
    assert "code" in answer_of(person.send_form(page, grant="1"))
