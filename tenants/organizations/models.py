"""How are a district's organizations arranged?"""

import uuid
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sync.uuids import new_uuid
from tenants.db import Model
from tenants.settings import LONGEST_ORGANIZATION_NAME


class OrganizationKind(StrEnum):
    """What an organization is: a level of the area line, or a sector beside it."""

    DISTRICT = "district"
    STREET = "street"
    COMMUNITY = "community"
    TEAM = "team"
    SECTOR = "sector"


class Organization(Model):
    """A node of the district's tree: `parent` in the line of areas, `sector` in the line of trades where it has one.

    Most teams are not registered as legal persons, so a unified social credit code (GB 32100) is never required.
    """

    __tablename__ = "organization"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_uuid)
    kind: Mapped[OrganizationKind]
    name: Mapped[str] = mapped_column(String(LONGEST_ORGANIZATION_NAME))
    parent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organization.id"))
    sector_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("organization.id"))
    legally_registered: Mapped[bool] = mapped_column(default=False)
    credit_code: Mapped[str | None] = mapped_column(String(18))
    version: Mapped[int] = mapped_column(default=0)

    parent: Mapped["Organization | None"] = relationship(remote_side="Organization.id", foreign_keys="Organization.parent_id")
    sector: Mapped["Organization | None"] = relationship(remote_side="Organization.id", foreign_keys="Organization.sector_id")

    __table_args__ = (
        UniqueConstraint("parent_id", "kind", "name"),
        Index(None, "sector_id"),
    )
