"""Is somebody whose disk has no room for the city told so, whoever of its programs noticed?"""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from demo.errors import DemoError
from demo.room import check_room, is_full, speaks_of_full_disk

DiskOf = Callable[[int], None]


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.fixture
def disk_has(monkeypatch: pytest.MonkeyPatch) -> DiskOf:
    """Makes every disk one with so many bytes free."""

    def has(free: int) -> None:
        monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**9, 10**9 - free, free))

    return has


def test_a_disk_that_is_too_small_is_named_with_what_to_do(tmp_path: Path, disk_has: DiskOf) -> None:
    disk_has(90_000_000)
    with pytest.raises(DemoError, match=r"needs 150 MB more, and its disk has 90 MB. Make room, or .*ARGS=--folder=PLACE"):
        check_room(tmp_path)


def test_a_city_that_is_there_needs_no_room_twice(tmp_path: Path, disk_has: DiskOf) -> None:
    disk_has(90_000_000)
    with (tmp_path / "banyan.db").open("wb") as database:
        database.truncate(70_000_000)
    check_room(tmp_path)


def test_a_disk_is_full_before_its_last_byte_is_gone(tmp_path: Path, disk_has: DiskOf) -> None:
    disk_has(1_000_000)
    assert is_full(tmp_path)
    disk_has(50_000_000)
    assert not is_full(tmp_path)


def test_a_database_and_a_file_without_room_are_understood(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "small.db")) as database:
        database.execute("PRAGMA max_page_count = 1")
        with pytest.raises(sqlite3.OperationalError) as refused:
            database.execute("CREATE TABLE large (content)")
    assert speaks_of_full_disk(DemoError(f"futian could not be imported:\n{refused.value}"))
    with pytest.raises(OSError, match="device") as refused_by_system:
        Path("/dev/full").write_text("x")
    assert speaks_of_full_disk(refused_by_system.value)
    assert not speaks_of_full_disk(DemoError("futian could not be imported:\nthere is no such file"))
