"""What does a district know about a volunteer?"""

import uuid
from datetime import date, datetime

from sqlalchemy import ForeignKey, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sync.documents import DocumentFlaw, DocumentKind
from sync.uuids import new_uuid
from tenants.db import Model
from tenants.organizations.models import Organization

FIRST_TOKEN_VERSION = 1
LONGEST_NAME = 120
LONGEST_PHONE = 40
LONGEST_CORRECTION_REASON = 500


class Registration(Model):
    """A volunteer's record in this district; `name` is kept as it was written.

    `document_number` is encrypted with this district's own keys and shown masked; `document_token` is the keyed hash that
    the hub compares, under the federation's key of `document_token_version`. `volunteer_id` is the hub's answer: the ID of
    the person in the whole federation.
    `subject` is there where the person opened it, sent here by the hub: as whom the hub knows them.
    `document_disagrees` names what a resident identity number proves otherwise than was typed (`birth_date`, `gender`).
    """

    __tablename__ = "registration"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_uuid)
    local_number: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME), index=True)
    gender: Mapped[str | None] = mapped_column(String(1))
    birth_date: Mapped[date | None]
    phone: Mapped[str | None] = mapped_column(String(LONGEST_PHONE))
    document_kind: Mapped[DocumentKind | None]
    document_number: Mapped[bytes | None] = mapped_column(LargeBinary)
    document_token: Mapped[str | None] = mapped_column(String(64), index=True)
    document_token_version: Mapped[int] = mapped_column(default=FIRST_TOKEN_VERSION, server_default=str(FIRST_TOKEN_VERSION))
    document_flaw: Mapped[DocumentFlaw | None]
    document_disagrees: Mapped[str | None] = mapped_column(String(40))
    registered_on: Mapped[date]
    organization_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organization.id"), index=True)
    volunteer_id: Mapped[str | None] = mapped_column(String(14), index=True)
    subject: Mapped[str | None] = mapped_column(String(80), unique=True)
    volunteer_id_epoch: Mapped[int] = mapped_column(default=0)
    volunteer_id_version: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=0)
    recorded_at: Mapped[datetime]

    organization: Mapped[Organization] = relationship()
    formerly: Mapped[set["FormerVolunteerId"]] = relationship(cascade="all, delete-orphan")

    @property
    def former_volunteer_ids(self) -> list[str]:
        """The other IDs by which people have known the person of this registration."""
        return sorted(former.volunteer_id for former in self.formerly)

    @property
    def disagreements(self) -> tuple[str, ...]:
        """The fields of which the document proves something else than was stated."""
        return tuple(self.document_disagrees.split(",")) if self.document_disagrees else ()

    def follow(self, volunteer_id: str, *, epoch: int, version: int) -> None:
        """The hub's word whose it is. An ID that another one follows stays known, also where its word comes late."""
        known = {self.volunteer_id, volunteer_id, *self.former_volunteer_ids} - {None}
        if (epoch, version) > (self.volunteer_id_epoch, self.volunteer_id_version):
            self.volunteer_id = volunteer_id
            self.volunteer_id_epoch, self.volunteer_id_version = epoch, version
        former = known - {self.volunteer_id}
        self.formerly -= {one for one in self.formerly if one.volunteer_id not in former}
        self.formerly |= {FormerVolunteerId(volunteer_id=one) for one in former - set(self.former_volunteer_ids)}


class RegistrationCorrection(Model):
    """That somebody put a registration right, which by that came into `version`; what it said before is not kept.

    `changed` names with commas what was: columns of `Registration`, of which `document_number` stands for the document.
    """

    __tablename__ = "registration_correction"

    registration_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("registration.id"), primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    changed: Mapped[str] = mapped_column(String(120))
    by: Mapped[str] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]

    @property
    def changed_fields(self) -> tuple[str, ...]:
        """What was changed."""
        return tuple(self.changed.split(","))


class FormerVolunteerId(Model):
    """An ID that the hub gave the person of a registration once, and that may stand on what people were handed."""

    __tablename__ = "former_volunteer_id"

    registration_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("registration.id"), primary_key=True)
    volunteer_id: Mapped[str] = mapped_column(String(14), primary_key=True, index=True)
