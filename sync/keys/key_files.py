"""Where does a side keep the key it signs with, and the one that shall follow it?

Beside each other: `key` in use, `key.next` that shall follow, `key.old` that was in use before. A file gets its name when it
is whole, and one call of the operating system puts the next key in the place of the one in use; so wherever a program is
killed, there is a key in use.
"""

import os
from datetime import UTC, datetime
from pathlib import Path

from joserfc.jwk import OKPKey

from sync.errors import SyncError, Undecodable
from sync.messages import signing


class KeyFixed(SyncError):
    """The key in this file cannot be exchanged; the message says why, and what to do."""

    code = "key_fixed"


class KeyFiles:
    """The files of one side's private keys."""

    def __init__(self, path: Path) -> None:
        """`path` is the file with the key in use."""
        self.path = path.resolve()
        self._next = self._beside("next")
        self._old = self._beside("old")

    def current_key(self) -> OKPKey | None:
        """The key in use, as the file has it by now; None where it cannot be read."""
        return _read(self.path)

    def next_key(self) -> OKPKey | None:
        """The key that shall follow, or None."""
        return _read(self._next)

    def write_next(self) -> OKPKey:
        """Makes the key that shall follow, readable for the owner alone; one that is there stays. Raises `KeyFixed`."""
        waiting = self.next_key()
        if waiting is not None:
            return waiting
        key, unfinished = signing.generate_key(), self._beside("new")
        try:
            self._try_exchange(unfinished)
            _write(unfinished, signing.private_jwk(key))
            # Unlike a renaming, this never replaces a file.
            os.link(unfinished, self._next)
            unfinished.unlink()
        except FileExistsError:
            raise KeyFixed(f"{self._next} is there and is no key. Look at what it is, and remove it.") from None
        except OSError as error:
            raise KeyFixed(
                f"Beside {self.path} no file can be made and put in its place ({error.strerror}). Move the key into a folder "
                "that this program may write to, and mount that folder, not the file alone."
            ) from error
        return key

    def exchange(self, *, at: datetime) -> OKPKey:
        """Puts the next key in the place of the one in use, which is kept as the old one; raises `OSError`."""
        # What an interrupted beginning has left would be another name of the key.
        for left in (self._beside("new"), self._old):
            left.unlink(missing_ok=True)
        os.link(self.path, self._old)
        os.utime(self._next, (at.timestamp(), at.timestamp()))
        self._next.replace(self.path)
        return signing.read_key(self.path.read_bytes())

    def exchanged_at(self) -> datetime | None:
        """When the key in use took its place, while the one before it is kept."""
        if not self._old.exists() or self._old.samefile(self.path):
            return None
        return datetime.fromtimestamp(self.path.stat().st_mtime, UTC)

    def forget_old(self, *, before: datetime) -> None:
        """Removes the old key where it was replaced before that moment."""
        exchanged_at = self.exchanged_at()
        if exchanged_at is not None and exchanged_at < before:
            self._old.unlink(missing_ok=True)

    def _try_exchange(self, unfinished: Path) -> None:
        """Fails where the key could not be exchanged later, as in a file that was mounted by itself."""
        unfinished.unlink(missing_ok=True)
        os.link(self.path, unfinished)
        unfinished.unlink()

    def _beside(self, ending: str) -> Path:
        return self.path.with_name(f"{self.path.name}.{ending}")


def _read(path: Path) -> OKPKey | None:
    try:
        key = signing.read_key(path.read_bytes())
    except (OSError, Undecodable):
        return None
    return key if key.is_private else None


def _write(path: Path, raw: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(raw)
        opened.flush()
        os.fsync(opened.fileno())
