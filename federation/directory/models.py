"""What does the hub know about each district?"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from federation.db import Model


class DistrictState(StrEnum):
    """Whether a district takes part."""

    ACTIVE = "active"


class District(Model):
    """A district that takes part. `code` names it in streams and settings; `region_code` is its number in GB/T 2260."""

    __tablename__ = "district"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    region_code: Mapped[str] = mapped_column(String(6))
    state: Mapped[DistrictState] = mapped_column(default=DistrictState.ACTIVE)
    joined_at: Mapped[datetime]


class DistrictKey(Model):
    """A public key by which a district signs, from `not_before` until just before `not_after`."""

    __tablename__ = "district_key"

    district: Mapped[str] = mapped_column(ForeignKey("district.code"), primary_key=True)
    key_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    jwk: Mapped[bytes] = mapped_column(LargeBinary)
    not_before: Mapped[datetime]
    not_after: Mapped[datetime | None]


class Organization(Model):
    """An organization of a district's tree, as the district last described it."""

    __tablename__ = "organization"

    district: Mapped[str] = mapped_column(String(40), primary_key=True)
    organization_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(40))
    parent_id: Mapped[str | None] = mapped_column(String(36))
    epoch: Mapped[int] = mapped_column(BigInteger)
    version: Mapped[int] = mapped_column(BigInteger)
