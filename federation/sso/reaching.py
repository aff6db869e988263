"""How does a person's sign-in reach a client?"""

from dataclasses import dataclass

from federation.accounts.models import AccountSession, SecurityEventKind
from federation.clients.models import Client
from federation.sso.calls import Call
from federation.sso.models import ClientSession


@dataclass(frozen=True)
class Reached:
    """Somebody who is signed in at the hub is signed in at a client as well."""

    account_session: AccountSession
    client_session: ClientSession


def reach(call: Call, client: Client, account_session: AccountSession, so_far: ClientSession | None) -> Reached:
    """The client's part in the session; a new one where it has none `so_far` that goes on."""
    return Reached(account_session, so_far or _begin(call, client, account_session))


def _begin(call: Call, client: Client, account_session: AccountSession) -> ClientSession:
    begun = ClientSession.of(account_session, client, at=call.at)
    call.session.add(begun)
    call.note(SecurityEventKind.DISTRICT_ENTERED, client=client, account=account_session.account)
    return begun
