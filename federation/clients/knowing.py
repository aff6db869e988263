"""Which client is it that asks?"""

from sqlalchemy.orm import Session

from federation.clients.models import Client
from sync.databases.remembering import Remembered

_clients = Remembered(Client)


def known_client(session: Session, client_id: str) -> Client | None:
    """The client, as it was a second ago at most; None where there is none."""
    return _clients.get(session, client_id, lambda: session.get(Client, client_id))
