"""Which slips of paper were used?"""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from federation.db import Model


class UsedClaimSlip(Model):
    """A claim slip that somebody has used, by the hash of what stands on it. It can be forgotten when it would be too old."""

    __tablename__ = "used_claim_slip"

    slip_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    used_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
