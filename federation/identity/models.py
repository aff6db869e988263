"""What does the hub hold about persons and their registrations?"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Double, ForeignKey, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from federation.db import Model


class LinkReason(StrEnum):
    """Why a registration stands under its volunteer ID."""

    FIRST = "first"
    """Nobody who was known was like it: a person of its own."""
    PROVISIONAL = "provisional"
    """A person of its own until a steward has decided whether it is somebody who is known."""
    DOCUMENT = "document"
    """The same document as another registration of the person, and a name or birth date that agrees."""
    LIKENESS = "likeness"
    """So like another registration of the person that a machine may say so."""
    STEWARD = "steward"
    """A steward said so."""
    SIGN_IN = "sign_in"
    """Its person opened it, signed in at the hub, which had issued this ID to them."""
    CLAIM = "claim"
    """Its district held this ID for it when the hub had lost it."""


class Volunteer(Model):
    """A person. The ID is issued once, and neither used again nor deleted.

    `district` is the one through which the person became known.
    """

    __tablename__ = "volunteer"

    volunteer_id: Mapped[str] = mapped_column(String(14), primary_key=True)
    district: Mapped[str] = mapped_column(String(40))
    issued_at: Mapped[datetime]


class VolunteerAlias(Model):
    """An ID under which a person was known once; it goes on answering for the person's `volunteer_id`, in one step."""

    __tablename__ = "volunteer_alias"

    alias: Mapped[str] = mapped_column(ForeignKey("volunteer.volunteer_id"), primary_key=True)
    volunteer_id: Mapped[str] = mapped_column(ForeignKey("volunteer.volunteer_id"), index=True)
    since: Mapped[datetime]


class Registration(Model):
    """A district's registration as the district last described it. Until it is linked it has no volunteer ID.

    `person` holds name, gender, birth date and phone, encrypted (`persons.sealing`). `gender` is only there in rows that an
    earlier version wrote in clear. `document_disagrees` names, with commas, what the document proves otherwise than was stated.
    `keys_version` says by which version of `matching.keys` others find it; 0 where none has been at work yet.
    """

    __tablename__ = "registration"

    registration_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    district: Mapped[str] = mapped_column(String(40), index=True)
    organization_id: Mapped[str] = mapped_column(String(36))
    person: Mapped[bytes] = mapped_column(LargeBinary)
    gender: Mapped[str | None] = mapped_column(String(1))
    registered_on: Mapped[str] = mapped_column(String(10))
    document_flaw: Mapped[str | None] = mapped_column(String(40))
    document_disagrees: Mapped[str | None] = mapped_column(String(40))
    keys_version: Mapped[int] = mapped_column(Integer)
    epoch: Mapped[int] = mapped_column(BigInteger)
    version: Mapped[int] = mapped_column(BigInteger)


class RegistrationDocument(Model):
    """The keyed hash of a document that a registration names; `token` is the hub's own, wrapped around the district's.

    `key_version` is the version of the federation's key under it, `hub_key_version` that of the hub's: so many of the hub's
    keys are around it.
    """

    __tablename__ = "registration_document"

    registration_id: Mapped[str] = mapped_column(ForeignKey("registration.registration_id"), primary_key=True)
    token: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True, index=True)
    kind: Mapped[str] = mapped_column(String(40))
    key_version: Mapped[int] = mapped_column(Integer)
    hub_key_version: Mapped[int] = mapped_column(Integer, index=True)


class RetiredTokenKey(Model):
    """A version of the federation's key for documents that has ended: tokens under it are not kept any more."""

    __tablename__ = "retired_token_key"

    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    retired_at: Mapped[datetime]
    retired_by: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str | None] = mapped_column(Text)


class Link(Model):
    """Whose a registration is.

    `own_volunteer_id` is the ID that was issued for this registration, where one was: to that it returns when it is split
    from others. `weight` (bits, the logarithm to base 2 of the odds) and `model_version` say how like and by which model,
    where a machine compared; `by` is the steward or the rule that decided. `verified` links were looked at by a person, or
    said by the one whom they are about, and no machine undoes them. `version` grows with each change, so that the district
    keeps the newest.
    """

    __tablename__ = "link"

    registration_id: Mapped[str] = mapped_column(ForeignKey("registration.registration_id"), primary_key=True)
    volunteer_id: Mapped[str] = mapped_column(ForeignKey("volunteer.volunteer_id"), index=True)
    own_volunteer_id: Mapped[str | None] = mapped_column(ForeignKey("volunteer.volunteer_id"))
    reason: Mapped[LinkReason]
    by: Mapped[str] = mapped_column(String(80))
    weight: Mapped[float | None] = mapped_column(Double)
    model_version: Mapped[str | None] = mapped_column(String(40))
    verified: Mapped[bool] = mapped_column(Boolean)
    version: Mapped[int] = mapped_column(Integer)
    linked_at: Mapped[datetime]


class DoNotLink(Model):
    """Two registrations are of different people: a person said so, and no machine links them until that is taken back.

    `one` is the smaller of the two ids.
    """

    __tablename__ = "do_not_link"

    one: Mapped[str] = mapped_column(ForeignKey("registration.registration_id"), primary_key=True)
    other: Mapped[str] = mapped_column(ForeignKey("registration.registration_id"), primary_key=True, index=True)
    by: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime]

    __table_args__ = (CheckConstraint("one < other", name="in_order"),)


class PersonTotal(Model):
    """How many registrations a district has, linked or not, and how many persons first became known through it.

    Summed over the districts `persons` counts everybody once, without a look at every link.
    """

    __tablename__ = "person_total"

    district: Mapped[str] = mapped_column(String(40), primary_key=True)
    registrations: Mapped[int] = mapped_column(BigInteger)
    persons: Mapped[int] = mapped_column(BigInteger)
