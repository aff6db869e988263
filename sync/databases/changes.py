"""Has anybody written to this SQLite file since it was last looked at?

`PRAGMA data_version` says so without a lock and in microseconds, so it can be asked a hundred times a second where reading
a table cannot. It counts what *other* connections commit; that is why this one does nothing else.
"""

import os
import sqlite3
from urllib.parse import quote


class FileChanges:
    """Watches one SQLite file, whichever process writes to it."""

    def __init__(self, path: str) -> None:
        self._path = path
        # By one thread at a time, but not always the same.
        self._connection = sqlite3.connect(
            f"file:{quote(path)}?mode=rw", uri=True, isolation_level=None, check_same_thread=False
        )
        # Opens the write-ahead log as well, which then stays as long as this connection.
        self.version()
        self._inodes = self._found()

    def version(self) -> int:
        """A number that is another one after each commit of somebody else."""
        number: int = self._connection.execute("PRAGMA data_version").fetchone()[0]
        return number

    def is_replaced(self) -> bool:
        """Whether the file or its log was deleted or exchanged: what is written through open connections, nobody else sees."""
        return self._found() != self._inodes

    def close(self) -> None:
        """Gives the file back."""
        self._connection.close()

    def _found(self) -> list[int | None]:
        """The inodes of the file and of its write-ahead log, as far as they are there."""
        return [_inode(self._path), _inode(f"{self._path}-wal")]


def _inode(path: str) -> int | None:
    try:
        return os.stat(path).st_ino
    except FileNotFoundError:
        return None
