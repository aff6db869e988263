"""Faults 20 and 21: what becomes of the streams when a database is locked, cuts off, or cannot write any more?"""

import os
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from sync.databases import sqlite
from tests.faults.checker import come_right
from tests.faults.wire import EVERYBODY, finish
from tests.support import servers
from tests.support.parties import City
from tests.support.postgresql import somebody_waits
from tests.support.town import Town
from tests.support.waiting import eventually


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever meets a locked file gives up soon."""
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_MS", 100)


@contextmanager
def locked(town: Town, party: str) -> Iterator[None]:
    """Somebody else, a backup perhaps, holds the party's database."""
    with closing(sqlite3.connect(town.path(party), isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


def is_interrupted(journal: list[Any]) -> None:
    """Waits until a loop has met with a failure, and will try again."""
    eventually(lambda: any(entry["event"] == "interrupted" for entry in journal))


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("party", ["hub", "futian"])
def test_20_a_locked_database_is_waited_for(town: Town, party: str) -> None:
    with capture_logs() as journal, town.taking_part(*EVERYBODY):
        town.serve("futian", "FT1")
        with locked(town, party):
            town.serve("luohu", "LH1")
            is_interrupted(journal)
        come_right(town.database_urls)


@pytest.mark.long
@pytest.mark.parametrize("city", ["postgresql and rabbitmq"], indirect=True)
def test_20_a_database_that_cuts_its_connections_is_found_again(city: City) -> None:
    engine = city.hub.sessions.kw["bind"]
    administration = create_engine(engine.url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    cut = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE :names AND pid <> pg_backend_pid()")
    with city.running(*EVERYBODY):
        for turn in range(3):
            for district in city.districts.values():
                district.announce(5, first=turn * 5)
            with administration.connect() as connection:
                connection.execute(cut, {"names": f"%{city.folder.name[:20]}%"})
            for side in (city.hub, *city.districts.values()):
                side.sessions.kw["bind"].dispose()
        finish(city)
    administration.dispose()


@pytest.mark.parametrize("city", ["postgresql and embedded"], indirect=True)
def test_20_whoever_loses_a_deadlock_tries_again(city: City) -> None:
    futian = city.districts["futian"]
    with capture_logs() as journal, city.running(*EVERYBODY):
        finish(city)
        with psycopg.connect(city.hub.database_url.replace("+psycopg", "")) as other:
            # Whoever looks for a deadlock first is the one to lose it.
            other.execute("SET LOCAL deadlock_timeout = '20s'")
            other.execute("LOCK TABLE received_batch IN EXCLUSIVE MODE")
            futian.announce(3)
            eventually(lambda: somebody_waits(city.hub.database_url))
            other.execute("SELECT 1 FROM stream_cursor WHERE stream = %s FOR UPDATE", [futian.writes[0]])
        is_interrupted(journal)
        finish(city)


@contextmanager
def full(process_id: int) -> Iterator[None]:
    """Nothing that this process writes finds room on a disk."""
    _, most = resource.prlimit(process_id, resource.RLIMIT_FSIZE)
    resource.prlimit(process_id, resource.RLIMIT_FSIZE, (0, most))
    try:
        yield
    finally:
        resource.prlimit(process_id, resource.RLIMIT_FSIZE, (most, most))


def test_21_what_a_desk_cannot_write_it_refuses_as_a_whole(town: Town) -> None:
    town.serve("futian", "FT1")
    with full(os.getpid()), pytest.raises(OperationalError):
        town.serve("futian", "FT2")
    assert list(town.shown("futian")) == ["FT1"]
    town.serve("futian", "FT2")
    with town.taking_part(*EVERYBODY):
        come_right(town.database_urls)


class Said:
    """What a program logs, in a pipe: that takes words while files take none."""

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self.path = path
        self._end = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        self._words = b""

    def has(self, words: bytes) -> bool:
        """Whether the program has said that by now."""
        with suppress(BlockingIOError):
            self._words += os.read(self._end, 1 << 16)
        return words in self._words

    def close(self) -> None:
        """Listens no more."""
        os.close(self._end)


@pytest.mark.parametrize("party", ["hub", pytest.param("futian", marks=pytest.mark.long)])
def test_21_a_full_disk_stops_a_program_until_there_is_room(town: Town, party: str, tmp_path: Path) -> None:
    """The program's own database, and the bus, which is a file here."""
    with closing(Said(tmp_path / "said")) as said, town.taking_part(*{*EVERYBODY} - {party}):
        process = town.start(party, output=said.path)
        try:
            town.serve("futian", "FT1")
            come_right(town.database_urls)
            with full(process.pid):
                town.serve("futian", "FT2")
                town.serve("luohu", "LH2")
                eventually(lambda: said.has(b"interrupted"))
            come_right(town.database_urls)
        finally:
            servers.stop(process)
    assert process.returncode == 0
