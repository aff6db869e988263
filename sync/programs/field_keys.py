"""How does an operator bring what a side keeps encrypted under a new key?"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

import rich_click as click
from sqlalchemy.orm import Session

from sync.databases.resealing import FieldCipher, Stock

_AT_ONCE = 1_000


class SealingSettings(Protocol):
    """What this command reads of a side's settings."""

    @property
    def field_cipher(self) -> FieldCipher:
        """The keys under which the side keeps what it must not show."""


Opened = Callable[[], AbstractContextManager[tuple[Session, Any]]]
"""Gives a session on the side's database, and its settings."""


Note = Callable[[Session, int], None]
"""Writes down that so many rows came under another key; the caller commits."""


def field_group(stocks: Sequence[Stock], opened: Opened, *, note: Note | None = None) -> click.Group:
    """The commands about the field keys of a side that keeps `stocks` under them, and may take note of a rotation."""

    @click.group("field")
    def group() -> None:
        """Look after the keys that encrypt personal data in this database (BANYAN_FIELD_KEYS)."""

    @group.command("rotate")
    def rotate() -> None:
        """Bring everything that is encrypted here under the first of the field keys, while the programs go on.

        First put the new key in front of the others, with a comma between them, and restart web and sync. Where this is
        interrupted, give the command again: what is done stays done. After its end the other keys open nothing any more.
        """
        with opened() as (session, settings):
            done = sum(_reseal(session, settings, stock) for stock in stocks)
            if note and done:
                note(session, done)
                session.commit()
        click.echo(f"{done} came under the first key, and nothing is under another. Only older backups need the other keys.")

    return group


def _reseal(session: Session, settings: SealingSettings, stock: Stock) -> int:
    done, after = 0, None
    with click.progressbar(length=stock.count(session), label=stock.name) as bar:
        while chunk := stock.reseal(session, settings.field_cipher, after=after, limit=_AT_ONCE):
            session.commit()
            after = chunk.last
            done += chunk.resealed
            bar.update(chunk.rows)
    return done
