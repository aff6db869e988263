"""From when until when does a key count by which a district signs?

A district rotates its key by its own word; an operator adds and withdraws. Either way the district is told, on its own stream.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec
from joserfc.jwk import OKPKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.directory.models import DistrictKey
from federation.directory.taking_part import district_of
from federation.errors import HeldElsewhere, NotFound, StateForbids
from federation.mailbox import log
from sync import streams
from sync.contracts.signing_keys import SIGNING_KEY_RECOGNIZED, SIGNING_KEY_ROTATED, SigningKeyPeriod
from sync.keys.rotating import GRACE
from sync.mailbox.facts import Fact
from sync.messages import signing

_ROTATED = "the district rotates its key"


def follow_rotations(session: Session, district: str, facts: Sequence[Fact], *, now: Callable[[], datetime]) -> None:
    """Takes the keys that `facts` (`SigningKeyState`) add, and sets an end for those before the one that is in use.

    By the hub's clock, so a district's may be wrong. A key that has an end keeps it. Raises `HeldElsewhere` where the key or
    the record is another district's, and `sync.errors.Undecodable` where the key is none.
    """
    for fact in sorted(facts, key=lambda fact: (fact.epoch, fact.version)):
        if fact.key != district:
            raise HeldElsewhere(f"{district} speaks of the keys of another.")
        key, at = signing.read_key(msgspec.json.encode(fact.data)), now()
        known = session.get(DistrictKey, (district, key.kid))
        if known is None:
            known = _add(session, district, key, reason=_ROTATED, by=district, at=at)
        if fact.type == SIGNING_KEY_ROTATED and known.not_after is None:
            _end_the_others(session, known, at=at)


def add(session: Session, code: str, key: OKPKey, *, reason: str, by: str, at: datetime) -> DistrictKey:
    """Lets the district sign with this public key, too.

    Raises `NotFound`, `HeldElsewhere`, `ReasonMissing`, or `StateForbids` where it is, or was, its key.
    """
    district_of(session, code)
    if session.get(DistrictKey, (code, key.kid)) is not None:
        raise StateForbids(f"{code} has, or had, this key; banyan-hub district key list {code} shows until when.")
    return _add(session, code, key, reason=reason, by=by, at=at)


def withdraw(session: Session, code: str, key_id: str, *, reason: str, by: str, at: datetime) -> DistrictKey:
    """Refuses from now on what the district signs with this key. Raises `NotFound`, `StateForbids` or `ReasonMissing`."""
    key = next((key for key in keys_of(session, code) if key.key_id == key_id), None)
    if key is None:
        raise NotFound(f"{code} has no key {key_id}; banyan-hub district key list {code} shows those that it has.")
    key.end(reason=reason, by=by, at=at)
    _tell(session, key)
    return key


def keys_of(session: Session, code: str) -> Sequence[DistrictKey]:
    """Every key that the district has or had, the newest first. Raises `NotFound`."""
    district_of(session, code)
    newest_first = DistrictKey.not_before.desc()
    return session.scalars(select(DistrictKey).where(DistrictKey.district == code).order_by(newest_first)).all()


def _add(session: Session, code: str, key: OKPKey, *, reason: str, by: str, at: datetime) -> DistrictKey:
    if session.scalar(select(DistrictKey.district).where(DistrictKey.key_id == key.kid)) is not None:
        raise HeldElsewhere("Another district signs with this key. Each needs its own: banyan-district keys create")
    added = DistrictKey(district=code, key_id=key.kid, jwk=signing.public_jwk(key))
    added.add(reason=reason, by=by, at=at)
    session.add(added)
    _tell(session, added)
    return added


def _end_the_others(session: Session, used: DistrictKey, *, at: datetime) -> None:
    others = (DistrictKey.district == used.district, DistrictKey.key_id != used.key_id, DistrictKey.not_after.is_(None))
    for other in session.scalars(select(DistrictKey).where(*others)):
        other.end(after=GRACE, reason=_ROTATED, by=used.district, at=at)
        _tell(session, other)


def _tell(session: Session, key: DistrictKey) -> None:
    log.announce(
        session,
        streams.down(key.district),
        type=SIGNING_KEY_RECOGNIZED,
        key=key.key_id,
        version=len(key.changes),
        data=SigningKeyPeriod(key_id=key.key_id, not_before=key.not_before, not_after=key.not_after),
    )
