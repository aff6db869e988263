"""What becomes of a code that is shown twice?"""

from federation.accounts.models import SecurityEvent, SecurityEventKind
from tests.support.provider import Person, RelyingParty, RunningProvider


def test_the_second_use_is_refused_and_ends_what_the_first_gave(
    provider: RunningProvider, client: RelyingParty, person: Person
) -> None:
    code = client.code(person)
    first = client.redeem(code).json()
    assert client.is_active(first["access_token"])
    again = client.redeem(code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert not client.is_active(first["access_token"])
    assert not client.is_active(first["refresh_token"])
    assert client.refresh(first["refresh_token"]).json()["error"] == "invalid_grant"
    assert client.userinfo(first["access_token"]).status_code == 401
    noted = [row for row in provider.rows(SecurityEvent) if row.kind is SecurityEventKind.CODE_REPLAYED]
    assert [(row.client, str(row.account_id)) for row in noted] == [(client.client_id, person.account_id)]
