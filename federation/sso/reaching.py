"""How does a person's sign-in reach a client?"""

import uuid
from dataclasses import dataclass

from federation.accounts.models import Opening, SecurityEventKind
from federation.clients.models import Client
from federation.sso.calls import Call
from federation.sso.models import ClientSession
from federation.sso.standing import Standing


@dataclass(frozen=True)
class Reached:
    """Somebody whose session opens their account at the hub is signed in at a client as well."""

    opening: Opening
    client_session_id: uuid.UUID


def reach(call: Call, client: Client, standing: Standing) -> Reached:
    """The client's part in the session; a new one where it has none that goes on."""
    return Reached(standing.opening, standing.client_session_id or _begin(call, client, standing))


def _begin(call: Call, client: Client, standing: Standing) -> uuid.UUID:
    begun = ClientSession.of(standing.account_session_id, client, at=call.at)
    call.session.add(begun)
    call.note(SecurityEventKind.DISTRICT_ENTERED, client=client, account_id=standing.account_id)
    return begun.id
