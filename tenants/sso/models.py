"""Who is signed in here, and by whose word?

A browser shows a random key; what it opens is a row, so it can be listed, and ended from elsewhere: by the hub, which says so
to every district when somebody signs out.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sync.uuids import new_uuid
from tenants.db import Model
from tenants.staff.models import Role, StaffMember

IDLE_LIMIT = timedelta(hours=1)
ABSOLUTE_LIMIT = timedelta(hours=12)
REFRESH_INTERVAL = timedelta(minutes=5)
"""How long the hub's word counts: by then it is asked again who this is, and in which roles."""
# A session's use is written down when the last note of it is this old, not with every page.
_FRESH = timedelta(minutes=1)

LONGEST_NAME = 120
LONGEST_SUBJECT = 80
LONGEST_CLIENT_ID = 80
LONGEST_ADDRESS = 45
STAFF_ASSURANCE = 2
"""How sure the hub has to be of who somebody is before they work at a desk: two factors."""


@dataclass(frozen=True)
class Identity:
    """What the hub says of somebody who signed in there.

    `subject` and `sid` name them and their session at the hub (OpenID Connect), `authenticated_at` is when they last showed
    there who they are. `volunteer_id` is theirs in the whole city, where they have one, and `aliases` are others that lead to
    it. `roles` are those in this district alone.
    """

    subject: str
    sid: str
    name: str
    assurance: int
    authenticated_at: datetime
    volunteer_id: str | None = None
    aliases: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()


class LocalSession(Model):
    """Somebody is signed in here in one browser: by the hub's word, or a member of staff with a password of this district.

    `authenticated_at` is when they last showed who they are, here or at the hub; before anything grave that has to be recent.
    `subject` and all that follows it are the hub's, and missing with a local password. What the hub handed out, `id_token`
    and `refresh_token`, is encrypted. `refresh_at` is when the hub is to be asked again; `hub_silent_since` since when it has
    not answered.
    """

    __tablename__ = "local_session"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_uuid)
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    staff_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("staff_member.id"), index=True)
    staff_epoch: Mapped[int | None]
    began_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    authenticated_at: Mapped[datetime | None]
    subject: Mapped[str | None] = mapped_column(String(LONGEST_SUBJECT), index=True)
    sid: Mapped[str | None] = mapped_column(String(LONGEST_SUBJECT), index=True)
    name: Mapped[str | None] = mapped_column(String(LONGEST_NAME))
    volunteer_id: Mapped[str | None] = mapped_column(String(14))
    aliases: Mapped[list[str]] = mapped_column(JSON, default=list)
    roles: Mapped[list[str]] = mapped_column(JSON, default=list)
    assurance: Mapped[int] = mapped_column(default=0)
    id_token: Mapped[bytes | None] = mapped_column(LargeBinary)
    refresh_token: Mapped[bytes | None] = mapped_column(LargeBinary)
    refresh_at: Mapped[datetime | None]
    hub_silent_since: Mapped[datetime | None]

    staff: Mapped[StaffMember | None] = relationship()

    def is_open(self, *, at: datetime) -> bool:
        """Whether it still opens anything: it was neither ended, nor left alone, nor went on, for too long."""
        return self.ended_at is None and at - self.seen_at <= IDLE_LIMIT and at - self.began_at <= ABSOLUTE_LIMIT

    def is_fresh(self, *, at: datetime) -> bool:
        """Whether the last note of its use is young enough."""
        return at - self.seen_at <= _FRESH

    def is_recent(self, within: timedelta, *, at: datetime) -> bool:
        """Whether somebody showed so short a time ago that it is them, that they may do what is grave."""
        return self.authenticated_at is not None and at - self.authenticated_at <= within

    def is_due(self, *, at: datetime) -> bool:
        """Whether the hub is to be asked again before this opens anything."""
        return self.refresh_at is not None and at >= self.refresh_at

    def follow(self, identity: Identity, *, at: datetime) -> None:
        """Takes over what the hub says now."""
        self.subject, self.sid, self.name = identity.subject, identity.sid, identity.name[:LONGEST_NAME]
        self.authenticated_at = identity.authenticated_at
        self.volunteer_id, self.aliases = identity.volunteer_id, list(identity.aliases)
        self.roles, self.assurance = list(identity.roles), identity.assurance
        self.refresh_at, self.hub_silent_since = at + REFRESH_INTERVAL, None

    def hold_out(self, *, until: datetime, at: datetime) -> None:
        """Goes on as it is while the hub does not answer, which is asked again at `until`."""
        self.refresh_at, self.hub_silent_since = until, self.hub_silent_since or at

    def end(self, *, at: datetime) -> None:
        """It opens nothing any more, and what the hub handed out for it is forgotten."""
        self.ended_at = self.ended_at or at
        self.id_token = self.refresh_token = None

    def staff_at_work(self) -> StaffMember | None:
        """The member of staff who works in this session, in as many roles as it gives; None where it is nobody's of them.

        By the hub's word those roles count that both sides know, and only of somebody who showed two factors.
        """
        member = self.staff
        if member is None or not member.active or member.session_epoch != self.staff_epoch:
            return None
        if self.subject is not None:
            if self.assurance < STAFF_ASSURANCE:
                return None
            member.narrow({Role(role) for role in self.roles if role in set(Role)})
        return member


class RelyingParty(Model):
    """How this district stands to the provider of the city: what it told the hub of itself, and what the hub answered.

    `key` is the private key by which its program is known to the provider, a JSON Web Key, encrypted. There is no `issuer`
    before the hub has answered.
    """

    __tablename__ = "relying_party"

    district: Mapped[str] = mapped_column(String(40), primary_key=True)
    public_url: Mapped[str] = mapped_column(String(200))
    key: Mapped[bytes] = mapped_column(LargeBinary)
    issuer: Mapped[str | None] = mapped_column(String(200))
    client_id: Mapped[str | None] = mapped_column(String(LONGEST_CLIENT_ID))
    registered_epoch: Mapped[int] = mapped_column(BigInteger, default=0)
    registered_version: Mapped[int] = mapped_column(BigInteger, default=0)


class SeenLogout(Model):
    """A word of the hub's that somebody signed out, kept for as long as it could be said again."""

    __tablename__ = "seen_logout"

    jti_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)


class SecurityEventKind(StrEnum):
    """What is written down for whoever watches over the district."""

    SIGNED_IN = "signed_in"
    SIGNED_IN_LOCALLY = "signed_in_locally"
    REFUSED_LOCALLY = "refused_locally"
    SIGNED_OUT = "signed_out"
    SIGNED_OUT_BY_HUB = "signed_out_by_hub"
    ANSWER_REFUSED = "answer_refused"
    ACCOUNT_LINKED = "account_linked"
    REGISTRATION_OPENED = "registration_opened"
    SLIP_PRINTED = "slip_printed"
    DATA_EXPORTED = "data_exported"


class SecurityEvent(Model):
    """Something that matters to the safety of accounts; a row is written once and never changed,
    and kept for `security_days` of the settings (`security_events.forget`).

    `actor` is a member of staff's username, `subject` the hub's name of somebody. `detail` holds no secret, and nothing that
    says who a volunteer is.
    """

    __tablename__ = "security_event"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_uuid)
    at: Mapped[datetime] = mapped_column(index=True)
    kind: Mapped[SecurityEventKind]
    actor: Mapped[str | None] = mapped_column(String(40))
    subject: Mapped[str | None] = mapped_column(String(LONGEST_SUBJECT))
    address: Mapped[str] = mapped_column(String(LONGEST_ADDRESS))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
