"""How does the hub learn a district's tree of organizations?"""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from federation.directory.models import Organization
from federation.versions import newest
from sync.databases import bulk
from sync.mailbox.facts import Fact


def record_organizations(session: Session, district: str, facts: Sequence[Fact]) -> None:
    """Keeps the newest version of each organization that `facts` (`OrganizationState`) describe.

    A child may come before its parent, so nothing here asks whether the parent is known.
    """
    bulk.keep_newest(
        session,
        Organization,
        [
            {
                "district": district,
                "organization_id": fact.key,
                "name": fact.data.name,
                "kind": fact.data.kind,
                "parent_id": fact.data.parent_id,
                "sector_id": fact.data.sector_id,
                "epoch": fact.epoch,
                "version": fact.version,
            }
            for fact in newest(facts)
        ],
    )
