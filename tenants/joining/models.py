"""How does the hub hold it with this district?"""

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
