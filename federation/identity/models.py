"""What does the hub hold about persons and their registrations?"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from federation.db import Model


class LinkReason(StrEnum):
    """Why a registration stands under its volunteer ID."""

    NO_DOCUMENT = "no_document"
    """A person of its own: it names no document that identifies anybody."""
    DOCUMENT_UNKNOWN = "document_unknown"
    """A person of its own: nobody had shown its document before."""
    DOCUMENT_DISAGREES = "document_disagrees"
    """A person of its own: everybody else with its document has another name and another birth date."""
    DOCUMENT_AGREES = "document_agrees"
    """The same person as another registration: the same document, and a name or birth date that agrees."""


class IdentityEventType(StrEnum):
    """What can happen to a volunteer ID."""

    ISSUED = "issued"
    LINKED = "linked"
    MATCHED_LATER = "matched_later"
    """A registration that has its ID turned out to agree with another person too. Only a steward may merge two persons."""
    CLAIMED = "claimed"
    """A district held this ID for a registration when the hub had lost it; the one issued since became its alias."""
    CLAIM_REFUSED = "claim_refused"
    """A district held an ID for a registration under which somebody else is known here."""


class Volunteer(Model):
    """A person. The ID is issued once, and neither used again nor deleted."""

    __tablename__ = "volunteer"

    volunteer_id: Mapped[str] = mapped_column(String(14), primary_key=True)
    issued_at: Mapped[datetime]


class VolunteerAlias(Model):
    """An ID under which a person was known once; it goes on answering for the person's `volunteer_id`, in one step."""

    __tablename__ = "volunteer_alias"

    alias: Mapped[str] = mapped_column(ForeignKey("volunteer.volunteer_id"), primary_key=True)
    volunteer_id: Mapped[str] = mapped_column(ForeignKey("volunteer.volunteer_id"), index=True)
    since: Mapped[datetime]


class Registration(Model):
    """A district's registration as the district last described it.

    `person` holds name, gender, birth date and phone, encrypted (`persons.sealing`). `gender` is only there in rows that an
    earlier version wrote in clear. `document_disagrees` names, with commas, what the document proves otherwise than was stated.
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
    """Whose a registration is. `version` grows with each change, so that its district keeps the newest."""

    __tablename__ = "link"

    registration_id: Mapped[str] = mapped_column(ForeignKey("registration.registration_id"), primary_key=True)
    volunteer_id: Mapped[str] = mapped_column(ForeignKey("volunteer.volunteer_id"), index=True)
    reason: Mapped[LinkReason]
    version: Mapped[int] = mapped_column(Integer)
    linked_at: Mapped[datetime]


class IdentityEvent(Model):
    """One thing that happened to a volunteer ID, by what and on which evidence. Rows are added and never changed."""

    __tablename__ = "identity_event"

    number: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    type: Mapped[IdentityEventType]
    volunteer_id: Mapped[str] = mapped_column(String(14))
    registration_id: Mapped[str | None] = mapped_column(String(36))
    by: Mapped[str] = mapped_column(String(80))
    evidence: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime]

    __table_args__ = (Index(None, "volunteer_id"), Index(None, "registration_id"))


class PersonTotal(Model):
    """How many registrations a district has, and how many persons first became known through it.

    Summed over the districts `persons` counts everybody once, without a look at every link.
    """

    __tablename__ = "person_total"

    district: Mapped[str] = mapped_column(String(40), primary_key=True)
    registrations: Mapped[int] = mapped_column(BigInteger)
    persons: Mapped[int] = mapped_column(BigInteger)
