"""How does a district begin to take part?"""

import re
from datetime import datetime

from joserfc.jwk import OKPKey
from sqlalchemy.orm import Session

from federation.directory.models import District, DistrictKey
from federation.errors import AlreadyEnrolled, Invalid
from federation.mailbox import log
from sync import streams
from sync.mailbox.inbox import Inbox
from sync.messages import signing

_REGION_CODE = re.compile(r"[1-9][0-9]{5}")


def enrol(session: Session, code: str, *, name: str, region_code: str, key: OKPKey, inbox: Inbox, at: datetime) -> District:
    """Adds a district with its first public key, follows its stream and begins the one to it.

    To enrol a district again with the same key changes nothing. Raises `AlreadyEnrolled` or `Invalid`.
    """
    check_description(code, name=name, region_code=region_code)
    enrolled = session.get(District, code)
    if enrolled is not None:
        if session.get(DistrictKey, (code, key.kid)) is None:
            raise AlreadyEnrolled(f"{code} takes part already, with another key; choose another code, or leave it as it is.")
        return enrolled
    district = District(code=code, name=name.strip(), region_code=region_code, joined_at=at)
    session.add(district)
    session.flush()
    session.add(DistrictKey(district=code, key_id=key.kid, jwk=signing.public_jwk(key), not_before=at))
    inbox.open_stream(session, streams.up(code))
    log.open_stream(session, streams.down(code))
    return district


def check_description(code: str, *, name: str, region_code: str) -> None:
    """Raises `Invalid` unless a district may be called so; `region_code` is six digits of GB/T 2260."""
    if not streams.is_district_code(code):
        raise Invalid(f"{code} cannot be a district's code: use {streams.DISTRICT_CODE_FORM}.", field="code")
    if not _REGION_CODE.fullmatch(region_code):
        raise Invalid(f"{region_code} is no region code of GB/T 2260; one has six digits, such as 440304.", field="region")
    if not name.strip():
        raise Invalid("A district needs a name.", field="name")
