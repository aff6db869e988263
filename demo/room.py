"""Is there room for the city on its disk?"""

import errno
import os
import shutil
from pathlib import Path

from demo.errors import DemoError

_CITY_BYTES = 150_000_000
_SPARE_BYTES = 20_000_000
# A program that finds no room gives back what it had begun to write.
_FULL_BYTES = 5_000_000


def check_room(city: Path) -> None:
    """Raises `DemoError` where what is still to come would not fit."""
    present = sum(path.stat().st_size for path in city.rglob("*") if path.is_file())
    needed = max(_CITY_BYTES - present, _SPARE_BYTES)
    free = shutil.disk_usage(city).free
    if free < needed:
        lack = f"{city} needs {needed // 10**6} MB more, and its disk has {free // 10**6} MB"
        raise DemoError(f"{lack}. Make room, or name another place with ARGS=--folder=PLACE.")


def is_full(city: Path) -> bool:
    """Whether nothing more can be written there."""
    return city.exists() and shutil.disk_usage(city).free < _FULL_BYTES


def speaks_of_full_disk(error: Exception) -> bool:
    """Whether that is what was in the way, as SQLite or the system put it: by now there may be room again."""
    return any(words in str(error) for words in ("disk is full", os.strerror(errno.ENOSPC), os.strerror(errno.EDQUOT)))


def full(city: Path) -> DemoError:
    """What to say then."""
    return DemoError(f"The disk of {city} is full. Make room and start again; it goes on from here.")
