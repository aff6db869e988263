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
        self._inode = os.stat(path).st_ino

    def version(self) -> int:
        """A number that is another one after each commit of somebody else."""
        number: int = self._connection.execute("PRAGMA data_version").fetchone()[0]
        return number

    def is_replaced(self) -> bool:
        """Whether the file was deleted or exchanged: what is written through open connections, nobody else will see."""
        try:
            return os.stat(self._path).st_ino != self._inode
        except FileNotFoundError:
            return True

    def close(self) -> None:
        """Gives the file back."""
        self._connection.close()
