"""What does the hub know about each district?"""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, ForeignKeyConstraint, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from federation.db import Model
from federation.errors import InvitationRefused, ReasonMissing, StateForbids


class DistrictState(StrEnum):
    """Whether a district takes part: at present, not at present, or never again."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    LEFT = "left"


class District(Model):
    """A district. `code` names it in streams and settings; `region_code` is its number in GB/T 2260.

    `changes` is who changed its state, when and why, the newest last; its number of changes is the state's version.
    """

    __tablename__ = "district"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    region_code: Mapped[str] = mapped_column(String(6))
    state: Mapped[DistrictState] = mapped_column(default=DistrictState.ACTIVE)
    joined_at: Mapped[datetime]
    changes: Mapped[list["DistrictChange"]] = relationship(order_by="DistrictChange.version")

    def suspend(self, *, reason: str, by: str, at: datetime) -> None:
        """What the district says is refused from now on; what it has said stays. Raises `StateForbids` or `ReasonMissing`."""
        self._change(DistrictState.SUSPENDED, {DistrictState.ACTIVE}, reason=reason, by=by, at=at)

    def resume(self, *, reason: str, by: str, at: datetime) -> None:
        """The district is heard again. Raises `StateForbids` or `ReasonMissing`."""
        self._change(DistrictState.ACTIVE, {DistrictState.SUSPENDED}, reason=reason, by=by, at=at)

    def leave(self, *, reason: str, by: str, at: datetime) -> None:
        """Nothing more is heard of the district, ever; what it has said stays. Raises `StateForbids` or `ReasonMissing`."""
        self._change(DistrictState.LEFT, {DistrictState.ACTIVE, DistrictState.SUSPENDED}, reason=reason, by=by, at=at)

    def _change(self, to: DistrictState, allowed: set[DistrictState], *, reason: str, by: str, at: datetime) -> None:
        if self.state not in allowed:
            raise StateForbids(_FORBIDDEN[to].format(code=self.code, state=_IN_WORDS[self.state]))
        if not reason.strip():
            raise ReasonMissing("Say why; the district is told, and it stays on record.")
        self.state = to
        version = len(self.changes) + 1
        self.changes.append(DistrictChange(version=version, state=to, reason=reason.strip(), changed_by=by, changed_at=at))


_IN_WORDS = {
    DistrictState.ACTIVE: "takes part",
    DistrictState.SUSPENDED: "is suspended",
    DistrictState.LEFT: "has left for good",
}
_FORBIDDEN = {
    DistrictState.ACTIVE: "{code} {state}; only a suspended district resumes.",
    DistrictState.SUSPENDED: "{code} {state}; only a district that takes part can be suspended.",
    DistrictState.LEFT: "{code} {state} already.",
}


class DistrictChange(Model):
    """One change of a district's state: to what, who made it, when, and why."""

    __tablename__ = "district_change"

    district: Mapped[str] = mapped_column(ForeignKey("district.code"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[DistrictState]
    reason: Mapped[str] = mapped_column(Text)
    changed_by: Mapped[str] = mapped_column(String(80))
    changed_at: Mapped[datetime]


class Invitation(Model):
    """What lets one district in, once. Of its secret only the SHA-256 is kept; `key_id` is the key that it was used with."""

    __tablename__ = "invitation"

    id: Mapped[int] = mapped_column(primary_key=True)
    district: Mapped[str] = mapped_column(String(40), index=True)
    name: Mapped[str] = mapped_column(String(120))
    region_code: Mapped[str] = mapped_column(String(6))
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    invited_by: Mapped[str] = mapped_column(String(80))
    invited_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    key_id: Mapped[str | None] = mapped_column(String(80))

    def withdraw(self, *, at: datetime) -> None:
        """It lets nobody in from now on. Raises `StateForbids` where it has let somebody in."""
        if self.used_at is not None:
            raise StateForbids(f"{self.district} has joined with this invitation; banyan-hub district suspend keeps it out.")
        self.withdrawn_at = self.withdrawn_at or at

    def use(self, key_id: str, *, at: datetime) -> None:
        """Lets in who has this key, and again while it lasts, for an answer may be lost. Raises `InvitationRefused`."""
        if self.withdrawn_at is not None:
            raise InvitationRefused("This invitation was withdrawn. Ask the hub's operator for another.")
        if self.key_id not in (None, key_id):
            raise InvitationRefused("This invitation was used with another key. If that was not you, tell the hub's operator.")
        if at >= self.expires_at:
            raise InvitationRefused("This invitation has expired. Ask the hub's operator for another.")
        self.key_id = key_id
        self.used_at = self.used_at or at


class BusAccount(Model):
    """A district's account on a bus that has accounts. The password is kept, encrypted: a lost broker can be made anew."""

    __tablename__ = "bus_account"

    district: Mapped[str] = mapped_column(String(40), primary_key=True)
    sealed_password: Mapped[bytes] = mapped_column(LargeBinary)


class DistrictKey(Model):
    """A public key by which a district signs, from `not_before` until just before `not_after`.

    `changes` is who changed that, when and why, the newest last; a key with which a district joined has none at first.
    """

    __tablename__ = "district_key"

    district: Mapped[str] = mapped_column(ForeignKey("district.code"), primary_key=True)
    key_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    jwk: Mapped[bytes] = mapped_column(LargeBinary)
    not_before: Mapped[datetime]
    not_after: Mapped[datetime | None]
    changes: Mapped[list["DistrictKeyChange"]] = relationship(order_by="DistrictKeyChange.version")

    def counts(self, at: datetime) -> bool:
        """Whether the district signs by it at that moment."""
        return self.not_before <= at and (self.not_after is None or at < self.not_after)

    def add(self, *, reason: str, by: str, at: datetime) -> None:
        """It counts from now on. Raises `ReasonMissing`."""
        self.not_before = at
        self._note(reason, by, at)

    def end(self, *, after: timedelta = timedelta(), reason: str, by: str, at: datetime) -> None:
        """It counts no more when so much time has passed. Raises `StateForbids` where it ends earlier, or `ReasonMissing`."""
        if self.not_after is not None and self.not_after <= at + after:
            raise StateForbids(f"The key {self.key_id} of {self.district} ends earlier already; district key list shows when.")
        self.not_after = at + after
        self._note(reason, by, at)

    def _note(self, reason: str, by: str, at: datetime) -> None:
        if not reason.strip():
            raise ReasonMissing("Say why; it stays on record.")
        version = len(self.changes) + 1
        self.changes.append(DistrictKeyChange(version=version, reason=reason.strip(), changed_by=by, changed_at=at))


class DistrictKeyChange(Model):
    """One change of the time in which a key counts: that it was added, or that its end was set."""

    __tablename__ = "district_key_change"

    district: Mapped[str] = mapped_column(String(40), primary_key=True)
    key_id: Mapped[str] = mapped_column(String(80), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    reason: Mapped[str] = mapped_column(Text)
    changed_by: Mapped[str] = mapped_column(String(80))
    changed_at: Mapped[datetime]

    __table_args__ = (ForeignKeyConstraint(["district", "key_id"], ["district_key.district", "district_key.key_id"]),)


class Organization(Model):
    """An organization of a district's tree, as the district last described it."""

    __tablename__ = "organization"

    district: Mapped[str] = mapped_column(String(40), primary_key=True)
    organization_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(40))
    parent_id: Mapped[str | None] = mapped_column(String(36))
    sector_id: Mapped[str | None] = mapped_column(String(36))
    epoch: Mapped[int] = mapped_column(BigInteger)
    version: Mapped[int] = mapped_column(BigInteger)
