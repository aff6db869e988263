"""Who are the district's staff?"""

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sync.envelope import new_uuid
from tenants.db import Model
from tenants.organizations.models import Organization


class Role(StrEnum):
    """What a member of staff does at an organization and everything below it."""

    ADMINISTRATOR = "administrator"
    COORDINATOR = "coordinator"
    RECORDER = "recorder"
    VIEWER = "viewer"


class StaffMember(Model):
    """An account at this district's desks. It works without the hub, and stays for the day when the hub is away."""

    __tablename__ = "staff_member"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_uuid)
    username: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    password_hash: Mapped[str] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)
    # Part of every session; a new one ends them all.
    session_epoch: Mapped[int] = mapped_column(default=0)

    roles: Mapped[list["StaffRole"]] = relationship(back_populates="staff_member", cascade="all, delete-orphan")

    def close(self) -> None:
        """Ends the account's sessions and tokens, and lets nobody sign in with it; what was done with it stays."""
        self.active = False
        self.session_epoch += 1


class StaffRole(Model):
    """A role of a member of staff, valid at an organization and everything below it."""

    __tablename__ = "staff_role"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_member.id"))
    role: Mapped[Role]
    organization_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organization.id"))

    staff_member: Mapped[StaffMember] = relationship(back_populates="roles")
    organization: Mapped[Organization] = relationship()

    __table_args__ = (UniqueConstraint("staff_id", "role", "organization_id"),)


class SignInAttempt(Model):
    """A failed attempt to sign in, kept until it no longer counts."""

    __tablename__ = "sign_in_attempt"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(40))
    address: Mapped[str] = mapped_column(String(45))
    at: Mapped[datetime]

    __table_args__ = (Index(None, "username", "at"), Index(None, "address", "at"))


class AccessToken(Model):
    """A key with which a program acts for a member of staff over the API until `expires_at`; only its hash is kept."""

    __tablename__ = "access_token"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_member.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(120))
    expires_at: Mapped[datetime]

    staff_member: Mapped[StaffMember] = relationship()
