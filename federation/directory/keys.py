"""By which key does a district sign at a given moment?"""

from datetime import datetime
from functools import lru_cache
from typing import Any

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
    """The keys of the districts that take part, as `session` sees them (a `sync.messages.signing.KeyRing`)."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def public_key(self, *, sender: str, key_id: str, at: datetime) -> OKPKey | None:
        """The key that `sender` holds under `key_id` at `at`, or None; raises `NotTakingPart` where nobody listens to it."""
        found = _find(self._session, sender, key_id, at)
        if found is None:
            return None
        if found.state is not DistrictState.ACTIVE:
            raise NotTakingPart(f"{sender} takes no part: it is {found.state}")
        return _parse(found.jwk)


class EveryDistrictsKeys:
    """Also the keys of districts that take no part (a `KeyRing`): for one who carries and takes nothing in."""

    def __init__(self, sessions: "sessionmaker[Session]") -> None:
        self._sessions = sessions

    def public_key(self, *, sender: str, key_id: str, at: datetime) -> OKPKey | None:
        """The key that `sender` holds under `key_id` at `at`, or None."""
        with glance(self._sessions) as session:
            found = _find(session, sender, key_id, at)
        return None if found is None else _parse(found.jwk)


def _find(session: Session, sender: str, key_id: str, at: datetime) -> Any:
    return session.execute(_select, {"sender": sender, "key_id": key_id, "at": at}).one_or_none()
