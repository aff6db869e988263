"""Who signs in at the hub?"""

import uuid
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from federation.db import Model
from federation.errors import Invalid, StateForbids
from sync.accounts.passwords import LONGEST_HASH
from sync.accounts.throttling import SignInAttemptColumns
from sync.accounts.usernames import LONGEST_NAME, LONGEST_USERNAME
from sync.messages.envelope import new_uuid

LONGEST_USER_AGENT = 200

IDLE_LIMIT = timedelta(hours=1)
ABSOLUTE_LIMIT = timedelta(hours=12)
# A session's use is written down when the last note of it is this old, not with every page.
_FRESH = timedelta(minutes=1)


class Role(StrEnum):
    """What a member of the hub's staff does."""

    STEWARD = "steward"
    """Decides whether registrations are one person."""
    LEAD = "lead"
    """Does that, too, and decides what binds the other stewards."""


class Account(Model):
    """Somebody who signs in at the hub. `must_change_password` says that others have seen the password, too."""

    __tablename__ = "account"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_uuid)
    username: Mapped[str] = mapped_column(String(LONGEST_USERNAME), unique=True)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    password_hash: Mapped[str] = mapped_column(String(LONGEST_HASH))
    must_change_password: Mapped[bool]
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]

    stewardship: Mapped["Stewardship | None"] = relationship(cascade="all, delete-orphan")

    @property
    def role(self) -> Role | None:
        """What it does as a member of the hub's staff; None where it is none of them."""
        return self.stewardship.role if self.stewardship else None

    def appoint(self, role: Role, *, by: str, at: datetime) -> None:
        """Makes it a member of the hub's staff, or gives it another role; raises `Invalid` where it has this one."""
        if self.role is role:
            raise Invalid(f"{self.username} is {role} already.", field="role")
        self.stewardship = self.stewardship or Stewardship()
        self.stewardship.role, self.stewardship.appointed_by, self.stewardship.appointed_at = role, by, at

    def disable(self) -> None:
        """Nobody signs in with it any more; what was done with it stays. Raises `StateForbids`."""
        if not self.active:
            raise StateForbids(f"The account {self.username} is disabled already.")
        self.active = False

    def enable(self) -> None:
        """It opens again, with its password and role. Raises `StateForbids`."""
        if self.active:
            raise StateForbids(f"The account {self.username} is not disabled.")
        self.active = True


class Stewardship(Model):
    """That somebody is of the hub's staff, in which role, and who said so."""

    __tablename__ = "stewardship"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    role: Mapped[Role]
    appointed_by: Mapped[str] = mapped_column(String(80))
    appointed_at: Mapped[datetime]


class AccountSession(Model):
    """An account is signed in to in one browser, which shows a random key; only the key's hash is kept.

    `address` and `user_agent` are what it came from when it began: by them people tell their sessions apart.
    """

    __tablename__ = "account_session"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_uuid)
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    began_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    address: Mapped[str] = mapped_column(String(45))
    user_agent: Mapped[str] = mapped_column(String(LONGEST_USER_AGENT))

    account: Mapped[Account] = relationship()

    def is_open(self, *, at: datetime) -> bool:
        """Whether it still opens the account: it was neither ended, nor left alone, nor went on, for too long."""
        if self.ended_at is not None or not self.account.active:
            return False
        return at - self.seen_at <= IDLE_LIMIT and at - self.began_at <= ABSOLUTE_LIMIT

    def is_fresh(self, *, at: datetime) -> bool:
        """Whether the last note of its use is young enough."""
        return at - self.seen_at <= _FRESH

    def end(self, *, at: datetime) -> None:
        """It opens nothing any more; of one that has ended that is true already."""
        self.ended_at = self.ended_at or at


class SignInAttempt(SignInAttemptColumns, Model):
    """An attempt to sign in at the hub."""

    __tablename__ = "sign_in_attempt"

    __table_args__ = (Index(None, "username", "at"), Index(None, "origin", "at"))
