"""What does a district know about a volunteer?"""

import uuid
from datetime import date, datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sync.messages.envelope import new_uuid
from tenants.db import Model
from tenants.organizations.models import Organization
from tenants.registrations.documents import DocumentFlaw, DocumentKind

FIRST_TOKEN_VERSION = 1


class Registration(Model):
    """A volunteer's record in this district; `name` is kept as it was written.

    `document_number` is encrypted with this district's own keys and shown masked; `document_token` is the keyed hash that
    the hub compares, under the federation's key of `document_token_version`. `volunteer_id` is the hub's answer: the ID of
    the person in the whole federation.
    `document_disagrees` names what a resident identity number proves otherwise than was typed (`birth_date`, `gender`).
    """

    __tablename__ = "registration"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_uuid)
    local_number: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(120), index=True)
    gender: Mapped[str | None] = mapped_column(String(1))
    birth_date: Mapped[date | None]
    phone: Mapped[str | None] = mapped_column(String(40))
    document_kind: Mapped[DocumentKind | None]
    document_number: Mapped[bytes | None] = mapped_column(LargeBinary)
    document_token: Mapped[str | None] = mapped_column(String(64), index=True)
    document_token_version: Mapped[int] = mapped_column(default=FIRST_TOKEN_VERSION, server_default=str(FIRST_TOKEN_VERSION))
    document_flaw: Mapped[DocumentFlaw | None]
    document_disagrees: Mapped[str | None] = mapped_column(String(40))
    registered_on: Mapped[date]
    organization_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("organization.id"), index=True)
    volunteer_id: Mapped[str | None] = mapped_column(String(14), index=True)
    volunteer_id_epoch: Mapped[int] = mapped_column(default=0)
    volunteer_id_version: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=0)
    recorded_at: Mapped[datetime]

    organization: Mapped[Organization] = relationship()

    @property
    def disagreements(self) -> tuple[str, ...]:
        """The fields of which the document proves something else than was stated."""
        return tuple(self.document_disagrees.split(",")) if self.document_disagrees else ()
