"""How does a test put an SQLite database back to an older state?"""

import sqlite3
from contextlib import closing
from pathlib import Path


class Backup:
    """A database copied aside, to be put back later."""

    def __init__(self, path: str | Path, aside: Path) -> None:
        self._path, self._aside = path, aside
        copy(self._path, self._aside)

    def put_back(self) -> None:
        """Lets the database be again what it was; nobody may be at work on it."""
        copy(self._aside, self._path)


def copy(source: str | Path, target: str | Path) -> None:
    """Makes `target` what `source` is now."""
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
        one.backup(other)
