"""How does what lies encrypted in a database come under a new key?

Row by row in the order of the primary key, while the programs go on: each of them decrypts with every key it was given, and a
row that somebody writes meanwhile is under the newest one already. What is under it is left as it is, so that whoever is
interrupted begins again and soon is where they were.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import bindparam, func, select, tuple_, update
from sqlalchemy.orm import InstrumentedAttribute, Session


class FieldCipher(MultiFernet):
    """Fernet keys of which the first encrypts, and each decrypts."""

    def __init__(self, keys: Sequence[str | bytes]) -> None:
        """`keys` as Fernet generates them, the newest first."""
        fernets = [Fernet(key) for key in keys]
        super().__init__(fernets)
        self._newest = fernets[0]

    def is_newest(self, sealed: bytes) -> bool:
        """Whether `sealed` is under the first key."""
        try:
            self._newest.decrypt(sealed)
        except InvalidToken:
            return False
        return True


@dataclass(frozen=True)
class Chunk:
    """One step through a table: how many rows were looked at, how many came under the newest key, and the last one's key."""

    rows: int
    resealed: int
    last: tuple[Any, ...]


class Reseal(Protocol):
    """What brings the next rows behind a primary key under the newest key."""

    def __call__(self, session: Session, cipher: FieldCipher, /, *, after: tuple[Any, ...] | None, limit: int) -> Chunk | None:
        """The step that was taken, or None where no rows are left."""


class Count(Protocol):
    """What counts the rows that there are to look at."""

    def __call__(self, session: Session, /) -> int:
        """How many there are."""


@dataclass(frozen=True)
class Stock:
    """Something that a side keeps encrypted: what people call it, how much there is, and how it comes under a new key."""

    name: str
    count: Count
    reseal: Reseal

    @classmethod
    def of(cls, name: str, column: InstrumentedAttribute[Any]) -> "Stock":
        """What lies in `column`."""
        return cls(name, partial(_count_sealed, column), partial(_reseal_next, column))


def _reseal_next(
    column: InstrumentedAttribute[Any],
    session: Session,
    cipher: FieldCipher,
    *,
    after: tuple[Any, ...] | None,
    limit: int,
) -> Chunk | None:
    table: Any = column.class_.__table__
    keys = list(table.primary_key)
    sealed = table.c[column.key]
    query = select(*keys, sealed).where(sealed.is_not(None)).order_by(*keys).limit(limit)
    if after is not None:
        query = query.where(tuple_(*keys) > tuple_(*after))
    rows = session.execute(query).all()
    if not rows:
        return None
    changes = [
        {"before": before, "after": cipher.rotate(before)} | {f"key_{number}": value for number, value in enumerate(key)}
        for *key, before in rows
        if not cipher.is_newest(before)
    ]
    if changes:
        # Somebody who wrote the row since it was read has used the newest key.
        same = [key == bindparam(f"key_{number}") for number, key in enumerate(keys)]
        rewrite = update(table).where(*same, sealed == bindparam("before")).values({sealed: bindparam("after")})
        session.connection().execute(rewrite, changes)
    return Chunk(len(rows), len(changes), tuple(rows[-1][:-1]))


def _count_sealed(column: InstrumentedAttribute[Any], session: Session) -> int:
    return session.scalar(select(func.count()).select_from(column.class_).where(column.is_not(None))) or 0
