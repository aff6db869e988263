"""What happened that somebody who watches over an account, or over the hub, has to see?"""

import uuid
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from federation.accounts.models import LONGEST_USER_AGENT, Account, Outcome, SecurityEvent, SecurityEventKind


def note(
    session: Session,
    kind: SecurityEventKind,
    *,
    account: Account | None,
    at: datetime,
    actor: Account | None = None,
    **told: Any,
) -> None:
    """Writes down what happened to `account`, by `actor`, where it is known who that was; what is `told` says `note_by_id`."""
    account_id, actor_id = (one.id if one else None for one in (account, actor))
    note_by_id(session, kind, account_id=account_id, at=at, actor_id=actor_id, **told)


def note_by_id(
    session: Session,
    kind: SecurityEventKind,
    *,
    account_id: uuid.UUID | None,
    at: datetime,
    actor_id: uuid.UUID | None = None,
    client: str | None = None,
    address: str = "",
    user_agent: str = "",
    outcome: Outcome = Outcome.DONE,
    **detail: Any,
) -> None:
    """The same, by the accounts' ids.

    `client` is the district's program that took part, `address` and `user_agent` where the request came from. `detail` goes
    into JSON and is shown to stewards: it must hold no secret, and nothing that says who somebody is.
    """
    session.add(
        SecurityEvent(
            at=at,
            kind=kind,
            outcome=outcome,
            actor_id=actor_id,
            account_id=account_id,
            client=client,
            address=address,
            user_agent=user_agent[:LONGEST_USER_AGENT],
            detail=detail,
        )
    )


def forget(session: Session, *, days: int, at: datetime) -> None:
    """Lets go of what happened more than so many days ago; nothing else takes an event away, and nothing changes one."""
    session.execute(delete(SecurityEvent).where(SecurityEvent.at <= at - timedelta(days=days)))
