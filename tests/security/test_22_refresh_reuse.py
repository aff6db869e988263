"""What becomes of a refresh token that is used again?"""

from datetime import timedelta

from sqlalchemy import update

from federation.accounts.models import SecurityEvent, SecurityEventKind
from federation.sso.bearers import hash_of
from federation.sso.models import RefreshToken
from federation.sso.tokens import GRACE
from tests.support.provider import Person, RelyingParty, RunningProvider, answer_of


def let_grace_pass(provider: RunningProvider, token: str) -> None:
    """Lets the token have been used a while ago."""
    with provider.session() as session, session.begin():
        row = session.get_one(RefreshToken, hash_of(token))
        assert row.used_at is not None
        earlier = row.used_at - GRACE - timedelta(seconds=1)
        session.execute(update(RefreshToken).where(RefreshToken.token_hash == hash_of(token)).values(used_at=earlier))


def test_soon_after_it_gives_the_same_successor(client: RelyingParty, person: Person) -> None:
    """The answer may have been lost on its way; a client that asks again is no thief."""
    token = client.tokens(person)["refresh_token"]
    one, again = client.refresh(token).json(), client.refresh(token).json()
    assert one["refresh_token"] == again["refresh_token"]
    assert client.is_active(one["access_token"])
    assert client.refresh(one["refresh_token"]).status_code == 200


def test_later_it_ends_the_whole_family_and_the_sign_in_there(
    provider: RunningProvider, client: RelyingParty, person: Person
) -> None:
    token = client.tokens(person)["refresh_token"]
    newest = client.refresh(token).json()
    let_grace_pass(provider, token)
    assert client.refresh(token).json()["error"] == "invalid_grant"
    assert not client.is_active(newest["access_token"])
    assert client.refresh(newest["refresh_token"]).json()["error"] == "invalid_grant"
    noted = [row for row in provider.rows(SecurityEvent) if row.kind is SecurityEventKind.TOKEN_REUSED]
    assert (noted[-1].client, str(noted[-1].account_id)) == (client.client_id, person.account_id)
    assert "code" in answer_of(client.authorize(person, prompt="none"))


def test_soon_after_but_behind_a_successor_that_was_used_it_does_the_same(client: RelyingParty, person: Person) -> None:
    token = client.tokens(person)["refresh_token"]
    second = client.refresh(token).json()["refresh_token"]
    third = client.refresh(second).json()
    assert client.refresh(token).json()["error"] == "invalid_grant"
    assert not client.is_active(third["access_token"])


def test_what_it_opens_cannot_grow(client: RelyingParty, person: Person) -> None:
    tokens = client.tokens(person, scope="openid")
    refused = client.refresh(tokens["refresh_token"], scope="openid profile")
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope")
    assert client.refresh(tokens["refresh_token"]).json()["scope"] == "openid"
    wide = client.tokens(person, scope="openid profile")
    narrow = client.refresh(wide["refresh_token"], scope="openid").json()
    assert "name" not in client.userinfo(narrow["access_token"]).json()


def test_it_lives_no_longer_than_the_session(provider: RunningProvider, client: RelyingParty, person: Person) -> None:
    token = client.tokens(person)["refresh_token"]
    provider.end_sessions(person.account_id)
    assert client.refresh(token).json()["error"] == "invalid_grant"


def test_tokens_are_short_lived(client: RelyingParty, person: Person) -> None:
    """Authlib's default for an access token is ten days: pitfall 6."""
    assert client.tokens(person)["expires_in"] == 300
