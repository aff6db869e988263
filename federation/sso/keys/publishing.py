"""By which keys do clients know what comes from the hub?"""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.sso.keys.models import KeyState, SigningKey

_PUBLISHED = (KeyState.NEXT, KeyState.ACTIVE, KeyState.RETIRED)


def key_set(session: Session) -> dict[str, list[dict[str, Any]]]:
    """The JSON Web Key Set (RFC 7517, section 5): the keys that will sign, that sign, and that have signed."""
    rows = session.scalars(select(SigningKey).where(SigningKey.state.in_(_PUBLISHED)).order_by(SigningKey.created_at))
    return {"keys": [key.public_jwk for key in rows]}
