"""How does somebody learn what happened to their account?"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from federation.accounts.addresses import Address
from federation.accounts.sending.outbox import Letter, put_into_outbox
from federation.settings import Settings

_WORTH_TELLING_FOR = timedelta(days=2)


def tell(session: Session, addresses: Iterable[Address], letter: Letter, *, settings: Settings, at: datetime) -> None:
    """Sends `letter` to each of `addresses`: those that the account had before, where they are what changed."""
    for address in addresses:
        put_into_outbox(session, address, letter, expires_at=at + _WORTH_TELLING_FOR, settings=settings, at=at)
