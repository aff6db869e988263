"""Who signs in at the hub?"""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from federation.db import Model
from federation.errors import Invalid, StateForbids
from sync.accounts.passwords import LONGEST_HASH
from sync.accounts.throttling import SignInAttemptColumns
from sync.accounts.usernames import LONGEST_NAME, LONGEST_USERNAME
from sync.uuids import new_uuid

LONGEST_USER_AGENT = 200

RECENT = timedelta(minutes=15)
"""How long somebody who has proven who they are may change by what they do that, or finish it."""
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


class DistrictDuty(StrEnum):
    """What somebody does at a district, as the hub says it; the district narrows it to a part of its organizations."""

    ADMINISTRATOR = "administrator"
    COORDINATOR = "coordinator"
    RECORDER = "recorder"
    VIEWER = "viewer"


class Method(StrEnum):
    """By what somebody proved who they are, as RFC 8176 names it."""

    PASSWORD = "pwd"  # noqa: S105 - a name
    ONE_TIME_PASSWORD = "otp"  # noqa: S105 - the same
    KEY = "hwk"
    PRESENCE = "user"
    SEVERAL_FACTORS = "mfa"


class Missing(StrEnum):
    """What has to come before a session opens anything."""

    SECOND_FACTOR = "second_factor"
    PASSWORD = "password"  # noqa: S105 - a name
    """One that nobody else has seen."""


class SecurityEventKind(StrEnum):
    """What can happen that is written down for whoever watches over an account, or over the hub."""

    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    THROTTLED = "throttled"
    SIGNED_UP = "signed_up"
    LOOKED_UP = "looked_up"
    CLAIMED = "claimed"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a name
    RECOVERY_BEGAN = "recovery_began"
    RECOVERED = "recovered"
    FACTOR_ADDED = "factor_added"
    FACTOR_REMOVED = "factor_removed"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    RECOVERY_CODE_USED = "recovery_code_used"
    CONTACT_ADDED = "contact_added"
    CONTACT_REMOVED = "contact_removed"
    SESSION_ENDED = "session_ended"
    DATA_DOWNLOADED = "data_downloaded"
    DATA_EXPORTED = "data_exported"
    ACCOUNT_DISABLED = "account_disabled"
    ACCOUNT_ENABLED = "account_enabled"
    ROLE_GIVEN = "role_given"
    ROLE_TAKEN = "role_taken"
    CONSENTED = "consented"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    DISTRICT_ENTERED = "district_entered"
    CLIENT_REFUSED = "client_refused"
    CODE_REPLAYED = "code_replayed"
    TOKEN_REUSED = "token_reused"  # noqa: S105 - the same
    LOGOUT_SENT = "logout_sent"
    LOGOUT_FAILED = "logout_failed"


class Outcome(StrEnum):
    """How it ended."""

    DONE = "done"
    REFUSED = "refused"


class Account(Model):
    """Somebody who signs in at the hub. `id` is who they are to every district, for good.

    `volunteer_id` is the ID that they had when they signed up or claimed it; where persons were merged since, it is an alias.
    `name` is that of staff, who stand by it in what they do; a volunteer's is only in `sealed_name`, encrypted (`naming`).
    `must_change_password` says that others have seen the password, too; `has_second_factor` that an app for codes is set up.
    """

    __tablename__ = "account"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_uuid)
    username: Mapped[str] = mapped_column(String(LONGEST_USERNAME), unique=True)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    password_hash: Mapped[str] = mapped_column(String(LONGEST_HASH))
    must_change_password: Mapped[bool]
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    volunteer_id: Mapped[str | None] = mapped_column(String(14), unique=True, index=True)
    sealed_name: Mapped[bytes | None] = mapped_column(LargeBinary)
    has_second_factor: Mapped[bool] = mapped_column(default=False, server_default=false())

    stewardship: Mapped["Stewardship | None"] = relationship(cascade="all, delete-orphan")
    district_roles: Mapped[list["DistrictRole"]] = relationship(order_by="DistrictRole.district", cascade="all, delete-orphan")

    @property
    def role(self) -> Role | None:
        """What it does as a member of the hub's staff; None where it is none of them."""
        return self.stewardship.role if self.stewardship else None

    @property
    def is_staff(self) -> bool:
        """Whether it decides about others, here or in a district, and so has to prove with two factors whose it is."""
        return self.stewardship is not None or bool(self.district_roles)

    def appoint(self, role: Role, *, by: str, at: datetime) -> None:
        """Makes it a member of the hub's staff, or gives it another role.

        Raises `Invalid` where it has this one, and `StateForbids` where nobody can sign in with it.
        """
        if not self.active:
            raise StateForbids("The account %(username)s is disabled: nobody can sign in with it.", username=self.username)
        if self.role is role:
            raise Invalid("The account %(username)s has this role already.", field="role", username=self.username)
        self.stewardship = self.stewardship or Stewardship()
        self.stewardship.role, self.stewardship.appointed_by, self.stewardship.appointed_at = role, by, at

    def withdraw(self) -> None:
        """It is not of the hub's staff any more. Raises `StateForbids`."""
        if self.stewardship is None:
            raise StateForbids("The account %(username)s is not of the hub’s staff.", username=self.username)
        self.stewardship = None

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


class DistrictRole(Model):
    """What somebody does at a district, and who said so."""

    __tablename__ = "district_role"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    district: Mapped[str] = mapped_column(ForeignKey("district.code"), primary_key=True)
    role: Mapped[DistrictDuty]
    given_by: Mapped[str] = mapped_column(String(80))
    given_at: Mapped[datetime]


def assurance_of(methods: str) -> int:
    """How sure it is whose a session is: 2 after two factors, or after a passkey that asked who holds it; else 1."""
    return 2 if Method.SEVERAL_FACTORS in methods.split() else 1


@dataclass(frozen=True, slots=True)
class Opening:
    """All of a session and its account that says whether the one opens the other, as it was when it was read.

    The first four are moments of the session, and `methods` how its owner proved who they are; the rest is the account's.
    """

    began_at: datetime
    authenticated_at: datetime
    seen_at: datetime
    ended_at: datetime | None
    methods: str
    active: bool
    must_change_password: bool
    has_second_factor: bool
    is_staff: bool

    @property
    def assurance(self) -> int:
        """How sure it is whose it is, 1 or 2."""
        return assurance_of(self.methods)

    @property
    def missing(self) -> Missing | None:
        """What has to come before it opens anything; None where nothing is missing."""
        if (self.is_staff or self.has_second_factor) and self.assurance == 1:
            return Missing.SECOND_FACTOR
        return Missing.PASSWORD if self.must_change_password else None

    def is_open(self, *, at: datetime) -> bool:
        """Whether it is still there: it was neither ended, nor left alone, nor unfinished, nor went on, for too long."""
        if self.ended_at is not None or not self.active:
            return False
        if self.missing and at - self.authenticated_at > RECENT:
            return False
        return at - self.seen_at <= IDLE_LIMIT and at - self.began_at <= ABSOLUTE_LIMIT

    def is_fresh(self, *, at: datetime) -> bool:
        """Whether the last note of its use is young enough."""
        return at - self.seen_at <= _FRESH


class AccountSession(Model):
    """An account is signed in to in one browser, which shows a random key; only the key's hash is kept.

    `authenticated_at` is when the person last proved who they are, and `methods` by what, each a `Method`, between spaces.
    `address` and `user_agent` are what it came from when it began: by them people tell their sessions apart.
    """

    __tablename__ = "account_session"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_uuid)
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    began_at: Mapped[datetime]
    authenticated_at: Mapped[datetime]
    methods: Mapped[str] = mapped_column(String(40))
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None] = mapped_column(index=True)
    address: Mapped[str] = mapped_column(String(45))
    user_agent: Mapped[str] = mapped_column(String(LONGEST_USER_AGENT))

    account: Mapped[Account] = relationship(lazy="joined", innerjoin=True)

    @property
    def opening(self) -> Opening:
        """What says whether it opens the account."""
        return Opening(
            began_at=self.began_at,
            authenticated_at=self.authenticated_at,
            seen_at=self.seen_at,
            ended_at=self.ended_at,
            methods=self.methods,
            active=self.account.active,
            must_change_password=self.account.must_change_password,
            has_second_factor=self.account.has_second_factor,
            is_staff=self.account.is_staff,
        )

    @property
    def assurance(self) -> int:
        """How sure it is whose it is, 1 or 2."""
        return assurance_of(self.methods)

    @property
    def missing(self) -> Missing | None:
        """What has to come before it opens anything; None where nothing is missing."""
        return self.opening.missing

    def is_recent(self, *, at: datetime) -> bool:
        """Whether the person proved who they are so short a time ago that they may change how they do that."""
        return at - self.authenticated_at <= RECENT

    def is_open(self, *, at: datetime) -> bool:
        """Whether it is still there."""
        return self.opening.is_open(at=at)

    def prove(self, methods: Collection[Method], *, key_hash: str, at: datetime) -> None:
        """The person has proven again who they are, by these; another key opens it from now on, and the one before nothing."""
        self.methods, self.key_hash, self.authenticated_at, self.seen_at = " ".join(sorted(methods)), key_hash, at, at

    def end(self, *, at: datetime) -> None:
        """It opens nothing any more; of one that has ended that is true already."""
        self.ended_at = self.ended_at or at


class SecurityEvent(Model):
    """Something happened that matters to whom an account is for, or to whom watches over the hub. Rows are only added,
    and kept for `security_days` of the settings (`security_events.forget`).

    `account_id` is whom it happened to and `actor_id` who did it, where that is known. `detail` holds no secret, and nothing
    that says who somebody is.
    """

    __tablename__ = "security_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    kind: Mapped[SecurityEventKind]
    outcome: Mapped[Outcome]
    actor_id: Mapped[uuid.UUID | None]
    account_id: Mapped[uuid.UUID | None]
    client: Mapped[str | None] = mapped_column(String(80))
    address: Mapped[str] = mapped_column(String(45))
    user_agent: Mapped[str] = mapped_column(String(LONGEST_USER_AGENT))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)

    __table_args__ = (Index(None, "account_id", "at"), Index(None, "kind", "at"))


class SignInAttempt(SignInAttemptColumns, Model):
    """An attempt to sign in at the hub."""

    __tablename__ = "sign_in_attempt"

    __table_args__ = (Index(None, "username", "at"), Index(None, "origin", "at"))
