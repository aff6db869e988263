"""Of what use is a copy of the hub's database?"""

import json
from pathlib import Path

from joserfc.jwk import import_key

from federation.sso.keys.models import SigningKey
from tests.support.provider import COOKIE, Person, RelyingParty, RunningProvider, request_id_of


def test_nothing_in_it_opens_anything(provider: RunningProvider, client: RelyingParty, person: Person) -> None:
    """Authlib's mixins keep codes, tokens and secrets in clear: pitfall 5."""
    code = client.code(person)
    first = client.redeem(client.code(person)).json()
    second = client.refresh(first["refresh_token"]).json()
    request_id = request_id_of(client.authorize(provider.visitor()))
    pushed = client.ask("/par", client.request()).json()["request_uri"].rpartition(":")[2]
    opening = [code, client.secret, request_id, pushed, person.browser.cookies[COOKIE]]
    opening += [given[name] for given in (first, second) for name in ("access_token", "refresh_token", "id_token")]
    stolen = _copy(provider)
    assert person.account_id.replace("-", "").encode() in stolen  # it is the database
    assert [one for one in opening if one.encode() in stolen] == []


def test_the_keys_that_sign_are_under_a_key_that_is_not_there(provider: RunningProvider) -> None:
    stolen = _copy(provider)
    for row in provider.rows(SigningKey):
        private = json.loads(provider.settings.field_cipher.decrypt(row.sealed_private_jwk))
        assert import_key(private).is_private
        assert private["d"].encode() not in stolen
        assert "d" not in row.public_jwk


def _copy(provider: RunningProvider) -> bytes:
    path = Path(provider.settings.database_url.removeprefix("sqlite:///"))
    return b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))
