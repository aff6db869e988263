"""What does an hour entry go through?

draft → submitted → certified, or refused. A certified entry is never edited: a correction or a revocation is a later version
with a reason and an actor, and every version stays readable.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sync.uuids import new_uuid
from tenants.db import Model
from tenants.errors import Invalid, ReasonMissing, StateForbids
from tenants.hours.rules import Shift
from tenants.organizations.models import Organization
from tenants.registrations.models import Registration

MAX_REASON_LENGTH = 500
MAX_ACTIVITY_LENGTH = 200
MAX_FIELD_LENGTH = 80


class HourState(StrEnum):
    """Where an hour entry stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    CERTIFIED = "certified"
    REFUSED = "refused"
    REVOKED = "revoked"


class HourAct(StrEnum):
    """What brought a version of an hour entry about."""

    DRAFTED = "drafted"
    SUBMITTED = "submitted"
    CERTIFIED = "certified"
    REFUSED = "refused"
    CORRECTED = "corrected"
    REVOKED = "revoked"
    UNDONE = "undone"
    AMENDED = "amended"


@dataclass(frozen=True)
class Service:
    """What was done, and where: `organization_id` is the organization in which it was served."""

    organization_id: uuid.UUID
    activity: str
    field: str


class HourEntry(Model):
    """The time credited to one registration for one shift.

    `raw_minutes` is what was served, `credited_minutes` what the district's rules make of it. `local_number` is the number
    that the entry has in the register it came from, if any, and `register_digest` the SHA-256 of what that register said of
    it last.
    """

    __tablename__ = "hour_entry"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_uuid)
    local_number: Mapped[str | None] = mapped_column(String(40), unique=True)
    register_digest: Mapped[str | None] = mapped_column(String(64))
    registration_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("registration.id"))
    organization_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organization.id"), index=True)
    activity: Mapped[str] = mapped_column(String(MAX_ACTIVITY_LENGTH))
    field: Mapped[str] = mapped_column(String(MAX_FIELD_LENGTH))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    raw_minutes: Mapped[int]
    credited_minutes: Mapped[int]
    state: Mapped[HourState]
    recorded_by: Mapped[str] = mapped_column(String(80))
    certified_by: Mapped[str | None] = mapped_column(String(80))
    version: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime]

    registration: Mapped[Registration] = relationship()
    organization: Mapped[Organization] = relationship()
    versions: Mapped[list["HourEntryVersion"]] = relationship(
        order_by="HourEntryVersion.version", back_populates="entry", cascade="save-update, merge"
    )

    __table_args__ = (
        Index(None, "registration_id", "started_at"),
        Index(None, "state", "started_at", "id"),
    )

    def draft(self, *, by: str, at: datetime) -> None:
        """Begins the entry; nobody but its author looks at a draft."""
        self.recorded_by = by
        self._advance(HourAct.DRAFTED, HourState.DRAFT, by=by, at=at)

    def redraft(self, service: Service, shift: Shift, *, by: str, at: datetime) -> None:
        """Replaces what a draft states."""
        self.refuse_unless(HourState.DRAFT)
        self._state(service, shift)
        self._advance(HourAct.DRAFTED, HourState.DRAFT, by=by, at=at)

    def submit(self, *, by: str, at: datetime) -> None:
        """Puts the entry before a coordinator."""
        self.refuse_unless(HourState.DRAFT)
        self._advance(HourAct.SUBMITTED, HourState.SUBMITTED, by=by, at=at)

    def amend(self, service: Service, shift: Shift, *, by: str, at: datetime) -> None:
        """Replaces what a submitted entry states, as long as nobody stands by it."""
        self.refuse_unless(HourState.SUBMITTED)
        self._state(service, shift)
        self._advance(HourAct.AMENDED, HourState.SUBMITTED, by=by, at=at)

    def certify(self, *, by: str, at: datetime) -> None:
        """Stands by the entry; raises `StateForbids` where `by` recorded it: two pairs of eyes see every hour."""
        self.refuse_unless(HourState.SUBMITTED)
        if by == self.recorded_by:
            raise StateForbids("Nobody certifies hours that they recorded themselves. Ask another coordinator.")
        self.certified_by = by
        self._advance(HourAct.CERTIFIED, HourState.CERTIFIED, by=by, at=at)

    def undo_certification(self, *, by: str, at: datetime) -> None:
        """Puts an entry back into the queue; only who certified it last may, and only while nothing came after."""
        self.refuse_unless(HourState.CERTIFIED)
        last = self.versions[-1]
        if last.act is not HourAct.CERTIFIED or last.actor != by:
            raise StateForbids("Only who certified the entry last can undo it. Correct or revoke it instead.")
        self.certified_by = None
        self._advance(HourAct.UNDONE, HourState.SUBMITTED, by=by, at=at)

    def refuse(self, *, reason: str, by: str, at: datetime) -> None:
        """Declines the entry; the volunteer reads the reason. Declining is a state, never a deletion."""
        self.refuse_unless(HourState.SUBMITTED)
        self._advance(HourAct.REFUSED, HourState.REFUSED, by=by, at=at, reason=_required(reason))

    def correct(self, shift: Shift, *, reason: str, by: str, at: datetime, service: Service | None = None) -> None:
        """Replaces the time of a certified entry, and what was served where that is given, for a reason.

        Raises `StateForbids` where `by` recorded the entry: whoever corrects it stands by it, as its certifier did.
        """
        self.refuse_unless(HourState.CERTIFIED)
        if by == self.recorded_by:
            raise StateForbids("Nobody corrects certified hours that they recorded themselves. Ask another coordinator.")
        reason = _required(reason)
        if service is not None:
            self.describe(service)
        self.take(shift)
        self._advance(HourAct.CORRECTED, HourState.CERTIFIED, by=by, at=at, reason=reason)

    def revoke(self, *, reason: str, by: str, at: datetime) -> None:
        """Withdraws the certification for good, for a reason."""
        self.refuse_unless(HourState.CERTIFIED)
        self._advance(HourAct.REVOKED, HourState.REVOKED, by=by, at=at, reason=_required(reason))

    def come_back(self, act: HourAct, state: HourState, *, version: int, by: str, at: datetime, reason: str | None) -> None:
        """Takes the state up again that it had in `version`, after the district had lost it. Steps in between stay unknown."""
        self.certified_by = by if state is not HourState.SUBMITTED else None
        self.version = version - 1
        self._advance(act, state, by=by, at=at, reason=reason)

    def describe(self, service: Service) -> None:
        """Sets what was done, and where."""
        self.organization_id, self.activity, self.field = service.organization_id, service.activity, service.field

    def take(self, shift: Shift) -> None:
        """Sets the time; what is credited follows what was served."""
        self.started_at, self.ended_at = shift.started_at, shift.ended_at
        self.raw_minutes = self.credited_minutes = shift.minutes

    def refuse_unless(self, state: HourState) -> None:
        """Raises `StateForbids` where the entry is in another state."""
        if self.state is not state:
            raise StateForbids("The entry is %(state)s by now. Look at its history and begin again.", state=self.state)

    def _state(self, service: Service, shift: Shift) -> None:
        self.describe(service)
        self.take(shift)

    def _advance(self, act: HourAct, state: HourState, *, by: str, at: datetime, reason: str | None = None) -> None:
        self.state = state
        self.version = (self.version or 0) + 1
        self.changed_at = at
        self.versions.append(
            HourEntryVersion(
                version=self.version,
                act=act,
                state=state,
                organization_id=self.organization_id,
                activity=self.activity,
                field=self.field,
                started_at=self.started_at,
                ended_at=self.ended_at,
                credited_minutes=self.credited_minutes,
                actor=by,
                reason=reason,
                at=at,
            )
        )


class HourEntryVersion(Model):
    """One step in the history of an hour entry."""

    __tablename__ = "hour_entry_version"

    entry_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("hour_entry.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    act: Mapped[HourAct]
    state: Mapped[HourState]
    organization_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organization.id"))
    activity: Mapped[str] = mapped_column(String(MAX_ACTIVITY_LENGTH))
    field: Mapped[str] = mapped_column(String(MAX_FIELD_LENGTH))
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    credited_minutes: Mapped[int]
    actor: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime]

    entry: Mapped[HourEntry] = relationship(back_populates="versions")
    organization: Mapped[Organization] = relationship()


def _required(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise ReasonMissing("Say why: the volunteer and every later reader will see the reason.")
    if len(reason) > MAX_REASON_LENGTH:
        raise Invalid("The reason is longer than %(most)s characters. Shorten it.", field="reason", most=MAX_REASON_LENGTH)
    return reason
