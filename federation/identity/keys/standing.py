"""Under which versions of either key are documents known at this moment?"""

from dataclasses import dataclass

from sqlalchemy import func, literal, select, true
from sqlalchemy.orm import Session

from federation.identity.models import RegistrationDocument, RetiredTokenKey


@dataclass(frozen=True)
class KeyVersions:
    """The `oldest` and the `newest` version of the hub's key under which a token is stored, both 1 where none is.

    Those of the federation's key that are in `retired` have ended.
    """

    oldest: int
    newest: int
    retired: frozenset[int]


def key_versions(session: Session) -> KeyVersions:
    """How it stands with both keys."""
    rows = session.execute(_versions).all()
    oldest, newest, _ = rows[0]
    return KeyVersions(oldest or 1, newest or 1, frozenset(row.retired for row in rows if row.retired is not None))


_stored, _retired = RegistrationDocument.__table__.c, RetiredTokenKey.__table__
_oldest, _newest = (select(bound(_stored.hub_key_version)).scalar_subquery() for bound in (func.min, func.max))
# Asked at once: this comes before every registration that comes alone.
_versions = select(_oldest, _newest, _retired.c.version.label("retired")).select_from(
    select(literal(1).label("one")).subquery().outerjoin(_retired, true())
)
