"""How does the hub hold it with this district and its keys?"""

from datetime import datetime

from sqlalchemy import BigInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from tenants.db import Model

ACTIVE = "active"


class Membership(Model):
    """The newest word of the hub on this district's part: `state` is as in `MembershipState`. No row: nothing was ever said."""

    __tablename__ = "membership"

    district: Mapped[str] = mapped_column(String(40), primary_key=True)
    state: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime]
    epoch: Mapped[int] = mapped_column(BigInteger)
    version: Mapped[int] = mapped_column(BigInteger)


class RecognizedKey(Model):
    """The newest word of the hub on a key of this district: it takes what that signs from `not_before` until `not_after`.

    No row: nothing was ever said, as of the key with which the district joined.
    """

    __tablename__ = "recognized_key"

    key_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    not_before: Mapped[datetime]
    not_after: Mapped[datetime | None]
    epoch: Mapped[int] = mapped_column(BigInteger)
    version: Mapped[int] = mapped_column(BigInteger)

    def counts(self, at: datetime) -> bool:
        """Whether the hub, as far as is known here, takes at that moment what the key signs."""
        return self.not_after is None or at < self.not_after
