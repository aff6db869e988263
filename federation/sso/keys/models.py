"""Which key signs, which will, and which has?"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from federation.clients.models import Algorithm
from federation.db import Model
from federation.errors import StateForbids

PUBLISHED_FOR = timedelta(minutes=5)
"""How long others may use the set of keys that they have fetched."""


class KeyState(StrEnum):
    """A key is published before it signs, and stays published while somebody may hold what it signed."""

    NEXT = "next"
    ACTIVE = "active"
    RETIRED = "retired"
    WITHDRAWN = "withdrawn"
    """It was in strange hands: what it signed counts no more."""


_IN_TURN = text("state IN ('next', 'active')")


class SigningKey(Model):
    """A key of the hub as OpenID Provider. `kid` is its thumbprint (RFC 7638), so none is ever used again.

    The private half is encrypted under the hub's field keys.
    """

    __tablename__ = "signing_key"

    kid: Mapped[str] = mapped_column(String(43), primary_key=True)
    algorithm: Mapped[Algorithm]
    state: Mapped[KeyState]
    public_jwk: Mapped[dict[str, Any]] = mapped_column(JSON)
    sealed_private_jwk: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    activated_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]

    # Of each algorithm one key signs and one follows, also where two operators rotate at once.
    __table_args__ = (Index(None, "algorithm", "state", unique=True, sqlite_where=_IN_TURN, postgresql_where=_IN_TURN),)

    def activate(self, *, at: datetime, unseen: bool = False) -> None:
        """It signs from now on. Raises `StateForbids` where others may not have seen it yet, unless it may be `unseen`."""
        if self.state is not KeyState.NEXT:
            raise StateForbids(f"The key {self.kid} is {self.state}; only the next one becomes active.")
        if not unseen and at - self.created_at < PUBLISHED_FOR:
            minutes = PUBLISHED_FOR.total_seconds() // 60
            raise StateForbids(f"The next key is published for less than {minutes:.0f} minutes; districts may not know it yet.")
        self.state, self.activated_at = KeyState.ACTIVE, at

    def retire(self, *, at: datetime) -> None:
        """It signs no more; what it signed counts until that expires. Raises `StateForbids`."""
        if self.state is not KeyState.ACTIVE:
            raise StateForbids(f"The key {self.kid} is {self.state}; only an active one retires.")
        self.state, self.retired_at = KeyState.RETIRED, at

    def withdraw(self, *, at: datetime) -> None:
        """What it signed counts no more. Raises `StateForbids` while it is the one that signs."""
        if self.state is KeyState.ACTIVE:
            raise StateForbids(f"The key {self.kid} signs. First let another: banyan-hub signing-key rotate --at-once")
        if self.state is KeyState.WITHDRAWN:
            raise StateForbids(f"The key {self.kid} is withdrawn already.")
        self.state, self.withdrawn_at = KeyState.WITHDRAWN, at
