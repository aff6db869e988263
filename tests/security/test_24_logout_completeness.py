"""Is somebody who signs out, signed out everywhere and at once?"""

import time
from datetime import UTC, datetime
from uuid import UUID

import pytest

from federation.accounts import securing
from federation.accounts.models import Account
from federation.accounts.sessions import end_sessions
from federation.sso import consents
from federation.sso.calls import Call
from tests.support.listening import Listener, listening, telling
from tests.support.provider import Person, RelyingParty, RunningProvider, answer_of, request_id_of
from tests.support.waiting import eventually

WITHIN_SECONDS = 5


@pytest.mark.parametrize("how", ["end-session", "the account's page", "another password", "disabled"])
def test_every_client_learns_of_it_within_seconds_and_no_token_opens_anything(
    provider: RunningProvider, person: Person, how: str
) -> None:
    with listening() as one, listening() as other, telling(provider):
        parties = [
            provider.add_client(f"app:part-{number}", backchannel_logout_uri=listener.address)
            for number, listener in enumerate((one, other))
        ]
        tokens = [party.tokens(person) for party in parties]
        began = time.monotonic()
        _end(provider, person, how, tokens[0]["id_token"])
        for party, held in zip(parties, tokens, strict=True):
            assert not party.is_active(held["access_token"])
            assert not party.is_active(held["refresh_token"])
            assert party.userinfo(held["access_token"]).status_code == 401
        both: list[Listener] = [one, other]
        eventually(lambda: [len(listener.heard) for listener in both], until=lambda seen: seen == [1, 1])
        assert time.monotonic() - began < WITHIN_SECONDS
    assert request_id_of(parties[0].authorize(person))


def _end(provider: RunningProvider, person: Person, how: str, id_token: str) -> None:
    if how == "end-session":
        assert person.get("/end-session", params={"id_token_hint": id_token}).status_code == 200
        return
    with provider.session() as session, session.begin():
        account, at = session.get_one(Account, UUID(person.account_id)), datetime.now(UTC)
        if how == "disabled":
            securing.disable(session, account, by="root", at=at)
        elif how == "another password":
            securing.reset_password(session, account, "another", must_change_password=False, by="root", at=at)
        else:
            end_sessions(session, account, at=at)


def test_who_takes_a_consent_back_is_signed_out_there_and_asked_the_next_time(
    provider: RunningProvider, client: RelyingParty, person: Person
) -> None:
    with listening() as listener, telling(provider):
        left = provider.add_client("app:left", backchannel_logout_uri=listener.address)
        held, elsewhere = left.tokens(person), client.tokens(person)
        with provider.session() as session, session.begin():
            account = session.get_one(Account, UUID(person.account_id))
            assert {one.client_id for one in consents.given(session, account)} == {"app:left", client.client_id}
            consents.withdraw(Call(session, provider.settings, datetime.now(UTC)), account, "app:left")
        eventually(lambda: listener.heard, within=WITHIN_SECONDS)
    assert not left.is_active(held["access_token"])
    assert client.is_active(elsewhere["access_token"])
    assert answer_of(left.authorize(person, prompt="none"))["error"] == "consent_required"
    assert "code" in answer_of(person.send_form(left.authorize(person), grant="1"))
    assert "code" in answer_of(left.authorize(person, prompt="none"))
