"""By which key does a district sign at a given moment?"""

from datetime import datetime
from functools import lru_cache

from joserfc.jwk import OKPKey
from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session, sessionmaker

from federation.directory.models import District, DistrictKey, DistrictState
from sync.databases.glancing import glance
from sync.errors import NotTakingPart
from sync.messages.signing import read_key

# Parsing costs more than looking up. The row is read each time, so a new key and a withdrawn one count at once.
_parse = lru_cache(maxsize=1024)(read_key)
_held, _district = DistrictKey.__table__.c, District.__table__
_at = bindparam("at", type_=_held.not_before.type)
_select = (
    select(_held.jwk, _district.c.state)
    .join(_district, _district.c.code == _held.district)
    .where(
        _held.district == bindparam("sender"),
        _held.key_id == bindparam("key_id"),
        _held.not_before <= _at,
        or_(_held.not_after.is_(None), _held.not_after > _at),
    )
)


class DistrictKeys:
    """The keys of all districts (a `sync.messages.signing.KeyRing`)."""

    def __init__(self, sessions: "sessionmaker[Session]", *, also_unheard: bool = False) -> None:
        """With `also_unheard` those of districts that take no part, too: for one who carries and takes nothing in."""
        self._sessions = sessions
        self._also_unheard = also_unheard

    def public_key(self, *, sender: str, key_id: str, at: datetime) -> OKPKey | None:
        """The key that `sender` holds under `key_id` at `at`, or None; raises `NotTakingPart` where nobody listens to it."""
        with glance(self._sessions) as session:
            found = session.execute(_select, {"sender": sender, "key_id": key_id, "at": at}).one_or_none()
        if found is None:
            return None
        if found.state is not DistrictState.ACTIVE and not self._also_unheard:
            raise NotTakingPart(f"{sender} takes no part: it is {found.state}")
        return _parse(found.jwk)
