"""How is it remembered that a key was exchanged?"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from federation.identity.history.models import IdentityEventType
from federation.identity.history.writing import Happening, write
from federation.identity.turns import wait_for_turn


class Key(StrEnum):
    """What is kept under it."""

    HUB_TOKEN = "hub_token"  # noqa: S105 - the name of a key, and none
    """Document tokens, under the hub's own key."""
    FEDERATION_TOKEN = "federation_token"  # noqa: S105 - the name of a key, and none
    """Document tokens as districts tell them."""
    FIELD = "field"
    """Personal fields."""


def note_rotation(session: Session, key: Key, *, by: str, at: datetime, **what: Any) -> None:
    """Writes into the history of who is who that `key` was exchanged, and `what` became of what is kept under it."""
    wait_for_turn(session)
    write(session, [Happening(type=IdentityEventType.KEY_ROTATED, body={"key": key, **what})], by=by, at=at)
