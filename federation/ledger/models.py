"""What stands in the ledger?"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from federation.db import Model


class LedgerState(StrEnum):
    """What the district says of the hours in a version of an hour entry."""

    CERTIFIED = "certified"
    CORRECTED = "corrected"
    REVOKED = "revoked"


class LedgerEntry(Model):
    """One version of a district's hour entry, as the district stood by it then. Rows are added and never changed.

    `recorded_at` is when the district recorded it.
    """

    __tablename__ = "ledger_entry"

    district: Mapped[str] = mapped_column(String(40), primary_key=True)
    entry_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    epoch: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    registration_id: Mapped[str] = mapped_column(String(36))
    organization_id: Mapped[str] = mapped_column(String(36))
    activity: Mapped[str] = mapped_column(String(200))
    field: Mapped[str] = mapped_column(String(80))
    month: Mapped[str] = mapped_column(String(7))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    raw_minutes: Mapped[int] = mapped_column(Integer)
    credited_minutes: Mapped[int] = mapped_column(Integer)
    state: Mapped[LedgerState]
    certified_by: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str | None] = mapped_column(Text)
    event_id: Mapped[str] = mapped_column(String(36))
    recorded_at: Mapped[datetime]

    # No second index: the totals answer every question but an entry's history, and each index is paid for with every event.
    __table_args__ = (CheckConstraint("raw_minutes >= 0 AND credited_minutes >= 0", name="minutes"),)


class MonthTotal(Model):
    """What counts now of a district's entries in one month and field."""

    __tablename__ = "month_total"

    district: Mapped[str] = mapped_column(String(40), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    field: Mapped[str] = mapped_column(String(80), primary_key=True)
    entries: Mapped[int] = mapped_column(BigInteger)
    minutes: Mapped[int] = mapped_column(BigInteger)


class RegistrationTotal(Model):
    """What counts now of the entries of one registration."""

    __tablename__ = "registration_total"

    district: Mapped[str] = mapped_column(String(40), primary_key=True)
    registration_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    entries: Mapped[int] = mapped_column(BigInteger)
    minutes: Mapped[int] = mapped_column(BigInteger)

    # A batch changes hundreds of these rows. With room beside them their new versions need no new entry in the index.
    __table_args__ = {"postgresql_with": {"fillfactor": 70}}  # noqa: RUF012 - the name and form that SQLAlchemy looks for


class OrganizationTotal(Model):
    """What counts now of the entries of one organization."""

    __tablename__ = "organization_total"

    district: Mapped[str] = mapped_column(String(40), primary_key=True)
    organization_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    entries: Mapped[int] = mapped_column(BigInteger)
    minutes: Mapped[int] = mapped_column(BigInteger)
