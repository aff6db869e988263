"""Who are the district's staff?"""

import uuid
from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sync.accounts.passwords import LONGEST_HASH
from sync.accounts.throttling import SignInAttemptColumns
from sync.accounts.usernames import LONGEST_NAME, LONGEST_USERNAME
from sync.uuids import new_uuid
from tenants.db import Model
from tenants.errors import Invalid, StateForbids
from tenants.organizations.models import Organization

LONGEST_PURPOSE = 120


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
    username: Mapped[str] = mapped_column(String(LONGEST_USERNAME), unique=True)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    password_hash: Mapped[str] = mapped_column(String(LONGEST_HASH))
    active: Mapped[bool] = mapped_column(default=True)
    # Part of every session; a new one ends them all.
    session_epoch: Mapped[int] = mapped_column(default=0)
    # By which the hub knows the same person; only there once they have proved both.
    subject: Mapped[str | None] = mapped_column(String(80), unique=True)

    roles: Mapped[list["StaffRole"]] = relationship(
        order_by="StaffRole.id", back_populates="staff_member", cascade="all, delete-orphan"
    )

    _counting: Collection[Role] = frozenset(Role)

    def appoint(self, role: Role, organization: Organization) -> None:
        """Gives the account a role at `organization` and below; raises `Invalid` where it has it."""
        if self._held(role, organization):
            raise Invalid(f"{self.username} is {role} of {organization.name} already.", field="role")
        self.roles.append(StaffRole(role=role, organization=organization))

    def reappoint(self, role: Role, organization: Organization, *, to_role: Role, to_organization: Organization) -> None:
        """Gives the account another role in place of one that it has; raises `Invalid` as `appoint` and `dismiss` do."""
        held = self._required(role, organization)
        if self._held(to_role, to_organization):
            raise Invalid(f"{self.username} is {to_role} of {to_organization.name} already.", field="role")
        held.role, held.organization = to_role, to_organization

    def dismiss(self, role: Role, organization: Organization) -> None:
        """Takes a role from the account; raises `Invalid` where it does not have it."""
        self.roles.remove(self._required(role, organization))

    def narrow(self, roles: Collection[Role]) -> None:
        """Lets no other roles than these count, as long as this object lives: in one request, of whom the hub speaks for."""
        self._counting = frozenset(roles)

    @property
    def roles_in_force(self) -> list["StaffRole"]:
        """The roles that count now; none where the account is closed."""
        return [held for held in self.roles if self.active and held.role in self._counting]

    def link(self, subject: str) -> None:
        """The hub knows this person by `subject`; raises `StateForbids` where it is somebody else's account by now."""
        if self.subject not in (None, subject):
            raise StateForbids("This account belongs to another city ID. Ask who runs this program in your district.")
        self.subject = subject

    def end_sessions(self) -> None:
        """Signs the account out wherever it is signed in."""
        self.session_epoch = (self.session_epoch or 0) + 1

    def _held(self, role: Role, organization: Organization) -> "StaffRole | None":
        return next((held for held in self.roles if held.role is role and held.organization is organization), None)

    def _required(self, role: Role, organization: Organization) -> "StaffRole":
        held = self._held(role, organization)
        if held is None:
            raise Invalid(f"{self.username} is not {role} of {organization.name}.", field="role")
        return held


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


class SignInAttempt(SignInAttemptColumns, Model):
    """An attempt to sign in at this district's desks."""

    __tablename__ = "sign_in_attempt"

    __table_args__ = (Index(None, "username", "at"), Index(None, "origin", "at"))


class AccessToken(Model):
    """A key with which a program acts for a member of staff over the API until `expires_at`; only its hash is kept."""

    __tablename__ = "access_token"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    staff_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("staff_member.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(LONGEST_PURPOSE))
    expires_at: Mapped[datetime]

    staff_member: Mapped[StaffMember] = relationship()
