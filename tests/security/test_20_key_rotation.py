"""Does anybody notice when the keys change by which sign-ins are signed?"""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier, Event
from typing import Any

import httpx
import pytest
from joserfc import jws, jwt
from joserfc.jwk import KeySet
from sqlalchemy import update

from federation.clients.models import Algorithm
from federation.errors import StateForbids
from federation.sso.keys import rotating
from federation.sso.keys.models import KeyState, SigningKey
from tests.support.provider import Person, RelyingParty, RunningProvider

CLIENTS = 8


def rotate(provider: RunningProvider, *, unseen: bool = False) -> None:
    with provider.session() as session, session.begin():
        rotating.rotate(session, cipher=provider.settings.field_cipher, at=datetime.now(UTC), unseen=unseen)


def let_time_pass(provider: RunningProvider) -> None:
    """Lets the next keys be published for long enough."""
    with provider.session() as session, session.begin():
        session.execute(update(SigningKey).values(created_at=datetime.now(UTC) - timedelta(hours=1)))


def published(provider: RunningProvider) -> dict[str, Any]:
    keys: dict[str, Any] = httpx.get(f"{provider.address}/jwks.json", trust_env=False).json()
    return keys


def kid_of(token: str) -> str:
    return str(jws.extract_compact(token.encode()).headers()["kid"])


@pytest.fixture
def parties(provider: RunningProvider) -> list[tuple[RelyingParty, Person]]:
    """Clients of either algorithm, each with a person."""
    algorithms = list(Algorithm)
    return [
        (provider.add_client(f"app:{number}", id_token_algorithm=algorithms[number % 2]), provider.sign_in())
        for number in range(CLIENTS)
    ]


def test_eight_clients_go_on_with_what_they_fetched_before(
    provider: RunningProvider, parties: list[tuple[RelyingParty, Person]]
) -> None:
    let_time_pass(provider)
    fetched = KeySet.import_key_set(published(provider))  # type: ignore[arg-type]
    begun, rotated = Barrier(CLIENTS + 1), Event()

    def kid_of_next(client: RelyingParty, person: Person) -> str:
        token = client.tokens(person)["id_token"]
        jwt.decode(token, fetched, algorithms=["ES256", "RS256"])
        return kid_of(token)

    def sign_in_again_and_again(client: RelyingParty, person: Person) -> set[str]:
        kids = {kid_of_next(client, person)}
        begun.wait()
        while not rotated.is_set():
            kids.add(kid_of_next(client, person))
        return kids | {kid_of_next(client, person)}

    with ThreadPoolExecutor(CLIENTS) as threads:
        signing_in = [threads.submit(sign_in_again_and_again, client, person) for client, person in parties]
        begun.wait()
        try:
            rotate(provider)
        finally:
            rotated.set()
        assert [len(done.result()) for done in signing_in] == [2] * CLIENTS


def test_what_was_signed_before_counts_on_and_the_retired_key_signs_no_more(
    provider: RunningProvider, client: RelyingParty, person: Person
) -> None:
    before = client.tokens(person)["id_token"]
    let_time_pass(provider)
    rotate(provider)
    after = client.tokens(person)["id_token"]
    assert kid_of(after) != kid_of(before)
    assert client.read(before)["sub"] == client.read(after)["sub"]
    assert {kid_of(client.tokens(person)["id_token"]) for _ in range(5)} == {kid_of(after)}
    assert person.get("/end-session", params={"id_token_hint": before}).status_code == 200


def test_the_key_that_signs_was_published_before_and_no_name_comes_again(provider: RunningProvider) -> None:
    """A client asks for the keys again where it meets a name that it does not know, and then alone: pitfall 15."""
    let_time_pass(provider)
    known = {key["kid"] for key in published(provider)["keys"]}
    rotate(provider)
    keys = {row.kid: row.state for row in provider.rows(SigningKey)}
    assert {kid for kid, state in keys.items() if state is KeyState.ACTIVE} < known
    assert {kid for kid, state in keys.items() if state is KeyState.NEXT}.isdisjoint(known)
    assert known < {key["kid"] for key in published(provider)["keys"]}


def test_a_key_that_nobody_can_know_yet_does_not_sign(provider: RunningProvider) -> None:
    let_time_pass(provider)
    rotate(provider)
    with pytest.raises(StateForbids, match="published"):
        rotate(provider)


def test_a_stolen_key_is_let_go_of_at_once(provider: RunningProvider, client: RelyingParty, person: Person) -> None:
    before = client.tokens(person)["id_token"]
    with provider.session() as session, pytest.raises(StateForbids, match="--at-once"):
        rotating.withdraw(session, kid_of(before), at=datetime.now(UTC))
    rotate(provider, unseen=True)
    with provider.session() as session, session.begin():
        rotating.withdraw(session, kid_of(before), at=datetime.now(UTC))
    assert kid_of(before) not in {key["kid"] for key in published(provider)["keys"]}
    assert person.get("/end-session", params={"id_token_hint": before}).status_code == 400


def test_keys_are_made_once(provider: RunningProvider) -> None:
    """Not where a process starts: two of them would each have their own (pitfall 14)."""
    with provider.session() as session, session.begin():
        assert rotating.create_missing(session, cipher=provider.settings.field_cipher, at=datetime.now(UTC)) == []
