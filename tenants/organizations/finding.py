"""Which organizations are there, and in which order do they stand in the tree?"""

import uuid
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from tenants.organizations.models import Organization, OrganizationKind


@dataclass(frozen=True)
class Placed:
    """An organization at its depth in the part of the tree that was asked for, from 0."""

    organization: Organization
    depth: int


def tree_of(session: Session, ids: Collection[uuid.UUID]) -> list[Placed]:
    """The organizations of `ids`, each one followed by what is below it; sisters stand in the order of their names' sound."""
    found = {place.id: place for place in session.scalars(select(Organization).where(Organization.id.in_(ids)))}
    below: dict[uuid.UUID | None, list[Organization]] = defaultdict(list)
    for place in found.values():
        above = place.parent_id or place.sector_id
        below[above if above in found else None].append(place)
    ordered: list[Placed] = []
    _walk(None, 0, below, ordered)
    return ordered


def streets(session: Session) -> list[Organization]:
    """The district's streets, in the order of their names' sound."""
    found = session.scalars(select(Organization).where(Organization.kind == OrganizationKind.STREET))
    return sorted(found, key=lambda place: _by_sound(place.name))


def _walk(
    above: uuid.UUID | None, depth: int, below: dict[uuid.UUID | None, list[Organization]], ordered: list[Placed]
) -> None:
    for place in sorted(below[above], key=lambda place: (place.kind, _by_sound(place.name))):
        ordered.append(Placed(place, depth))
        _walk(place.id, depth + 1, below, ordered)


def _by_sound(name: str) -> bytes:
    """A key that sorts the common characters by their reading, as GB 2312 arranges them; rarer ones follow behind."""
    return name.encode("gb18030", errors="replace")
