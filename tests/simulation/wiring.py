"""Which parts of the protocol can be switched off, to see whether the simulation notices?

Each of them is switched off outside the code that is tested, so that it stays what runs in earnest.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from unittest.mock import patch

from sqlalchemy.orm import Session

from sync.mailbox.log import Head, Log
from sync.messages import batch


@dataclass(frozen=True)
class Wiring:
    """What is switched on."""

    chain: bool = True
    claims: bool = True
    fence: bool = True
    digest: bool = True


WHOLE = Wiring()
PARTS = tuple(field.name for field in fields(Wiring))


class SilentLog(Log):
    """A log whose beacons do not say what the records add up to."""

    def root(self, session: Session, head: Head) -> str:
        return ""


# A reader in whose database this stands takes every epoch, however old.
NO_FENCE = "CREATE TRIGGER no_fence AFTER UPDATE OF fence ON stream_cursor BEGIN UPDATE stream_cursor SET fence = 0; END"


@contextmanager
def wired(wiring: Wiring) -> Iterator[None]:
    """While the hash chain is switched off, every history of an epoch looks like every other."""
    if wiring.chain:
        yield
        return
    with patch.object(batch, "chain_all", _chain_all):
        yield


def _chain_all(previous: bytes, lines: Sequence[bytes]) -> list[bytes]:
    return [previous] * len(lines)
