"""Who has tried to be the operator?"""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from federation.db import Model


class OperatorAttempt(Model):
    """Somebody at `origin` sent a secret that is not the operator's; kept as long as it counts."""

    __tablename__ = "operator_attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    origin: Mapped[str] = mapped_column(String(45))
    at: Mapped[datetime]

    __table_args__ = (Index(None, "origin", "at"),)
