"""What does whoever answers a client need to know, beside what the client said?"""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from federation.accounts import security_events
from federation.accounts.models import Outcome, SecurityEventKind
from federation.clients.models import Client
from federation.errors import NotPrepared
from federation.settings import Settings


@dataclass(frozen=True)
class Call:
    """One request to the hub as OpenID Provider: its transaction, the settings, its moment, and where it came from."""

    session: Session = field(repr=False)
    settings: Settings
    at: datetime
    address: str = ""
    user_agent: str = field(default="", repr=False)

    @property
    def issuer(self) -> str:
        """The name under which the hub vouches for people; raises `NotPrepared`. It is never taken from a request."""
        if self.settings.joining.hub_url is None:
            raise NotPrepared("Set BANYAN_PUBLIC_URL: nobody can sign in at a hub that does not know its own address")
        return self.settings.joining.hub_url

    def note(
        self,
        kind: SecurityEventKind,
        *,
        client: Client | None,
        account_id: uuid.UUID | None = None,
        outcome: Outcome = Outcome.DONE,
        **detail: Any,
    ) -> None:
        """Writes down that this happened."""
        security_events.note_by_id(
            self.session,
            kind,
            account_id=account_id,
            client=client.client_id if client else None,
            address=self.address,
            user_agent=self.user_agent,
            outcome=outcome,
            at=self.at,
            **detail,
        )
