"""How far are the districts in naming documents under the federation's next key, and when does the one before it end?

While both keys count, districts send the token of a document under either. The older one is let go when every registration
that names a document names it under the newer.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, delete, func, select
from sqlalchemy.orm import Session

from federation.errors import ReasonMissing, StateForbids
from federation.identity.keys.noting import Key, note_rotation
from federation.identity.models import Registration, RegistrationDocument, RetiredTokenKey


@dataclass(frozen=True)
class Progress:
    """Of a district's registrations that name a document, how many name it under the key of `version` or a newer one."""

    district: str
    version: int
    registrations: int
    renewed: int

    @property
    def share(self) -> float:
        """Between 0 and 1; rounded down, so that 1 means all of them."""
        return self.renewed * 1000 // self.registrations / 1000


def progress(session: Session, version: int | None = None) -> list[Progress]:
    """How far each district is with the key of `version`; by default the newest under which anybody has sent a token."""
    row = RegistrationDocument
    wanted = version or session.scalar(select(func.max(row.key_version))) or 1
    newest = select(row.registration_id, func.max(row.key_version).label("version")).group_by(row.registration_id).subquery()
    counted = (func.count(), func.sum(case((newest.c.version >= wanted, 1), else_=0)))
    query = (
        select(Registration.district, *counted)
        .join(newest, newest.c.registration_id == Registration.registration_id)
        .group_by(Registration.district)
        .order_by(Registration.district)
    )
    return [Progress(district, wanted, registrations, renewed) for district, registrations, renewed in session.execute(query)]


def retire_key(session: Session, version: int, *, by: str, at: datetime, reason: str | None = None) -> int:
    """Lets go of every token under the federation's key of `version`, now and from now on; gives how many those were.

    Raises `StateForbids` where a district has not named all its documents under a newer key, unless a `reason` says why the
    others may be lost: they cannot be renewed where the number is not stored.
    """
    if session.get(RetiredTokenKey, version):
        raise StateForbids(f"The key of version {version} has ended already.")
    standing = progress(session, version + 1)
    behind = [one for one in standing if one.renewed < one.registrations]
    if reason is not None and not reason.strip():
        raise ReasonMissing("Say why tokens may be lost.")
    if not any(one.renewed for one in standing):
        raise StateForbids(f"No district has sent a token under a newer key than that of version {version}.")
    if behind and reason is None:
        named = ", ".join(f"{one.district} ({one.registrations - one.renewed} of {one.registrations})" for one in behind)
        raise StateForbids(f"These districts name documents under this key alone: {named}.")
    row = RegistrationDocument
    forgotten = session.scalar(select(func.count()).select_from(row).where(row.key_version == version)) or 0
    session.execute(delete(row).where(row.key_version == version))
    session.add(RetiredTokenKey(version=version, retired_at=at, retired_by=by, reason=reason))
    note_rotation(session, Key.FEDERATION_TOKEN, by=by, at=at, retired=version, forgotten=forgotten, reason=reason)
    return forgotten
