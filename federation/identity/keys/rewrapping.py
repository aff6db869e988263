"""How do the stored tokens of documents come under the hub's newest key?

Chunk by chunk, in the order of registrations, while registrations go on coming. Those that a new registration may meet are
brought along at once, so that whoever looks for a document needs to know its token under the newest key and no other.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, bindparam, func, select, update
from sqlalchemy.orm import Session

from federation.errors import NotPrepared
from federation.identity.keys.standing import KeyVersions
from federation.identity.models import RegistrationDocument
from federation.identity.persons import tokens
from sync.databases import lookups

_row = RegistrationDocument
_table: Any = RegistrationDocument.__table__
_rewrite = (
    update(_table)
    .where(_row.registration_id == bindparam("of"), _row.token == bindparam("before"))
    .values(token=bindparam("after"), hub_key_version=bindparam("version"))
)


@dataclass(frozen=True)
class Chunk:
    """One step through the stored tokens: how many came under the newest key, and the registration at which it ended."""

    rewrapped: int
    last: str


def rewrap_next(session: Session, hub_keys: Sequence[bytes], *, after: str, limit: int) -> Chunk | None:
    """Brings the next `limit` tokens, of registrations behind `after`, under the newest key; None where there are no more."""
    stored = select(_row.registration_id, _row.token, _row.hub_key_version)
    older = stored.where(_row.registration_id > after, _row.hub_key_version < len(hub_keys))
    rows = session.execute(older.order_by(_row.registration_id).limit(limit)).all()
    if not rows:
        return None
    last = rows[-1].registration_id
    # The limit may have fallen between two documents of one registration.
    of_last = session.execute(stored.where(_row.registration_id == last, _row.hub_key_version < len(hub_keys))).all()
    whole = [*(row for row in rows if row.registration_id != last), *of_last]
    _write(session, whole, hub_keys)
    return Chunk(len(whole), last)


def rewrap_those_of(session: Session, documents: Collection[str], hub_keys: Sequence[bytes], *, standing: KeyVersions) -> None:
    """Brings what is stored of `documents`, as districts send their tokens, under the newest key.

    Raises `NotPrepared` where something is stored under a key that `hub_keys` lack.
    """
    if standing.newest > len(hub_keys):
        raise NotPrepared(
            f"Tokens are stored under the hub's key of version {standing.newest}, "
            f"and BANYAN_HUB_TOKEN_KEY holds {len(hub_keys)}. Give this program all keys, restart it, and retry what is parked."
        )
    for version in range(standing.oldest, len(hub_keys)):
        met = [tokens.wrap(document, hub_keys[:version]) for document in documents]
        stored = select(_row.registration_id, _row.token, _row.hub_key_version)
        rows = session.execute(stored.where(lookups.among(session, _row.token, met), _row.hub_key_version == version)).all()
        _write(session, rows, hub_keys)


def count_older(session: Session, version: int) -> int:
    """How many tokens are not under the hub's key of `version` yet."""
    return session.scalar(select(func.count()).select_from(_row).where(_row.hub_key_version < version)) or 0


def _write(session: Session, rows: Iterable[Row[str, bytes, int]], hub_keys: Sequence[bytes]) -> None:
    changes = [
        {
            "of": row.registration_id,
            "before": row.token,
            "after": tokens.wrap_further(row.token, hub_keys, version=row.hub_key_version),
            "version": len(hub_keys),
        }
        for row in rows
    ]
    if changes:
        session.connection().execute(_rewrite, changes)
