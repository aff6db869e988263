"""Does one command make the city, whatever happens to it on the way?"""

import fcntl
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
from argon2 import extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY

from tests.support import servers
from tests.support.waiting import eventually

ROOT = Path(__file__).parents[2]
CITY_SECONDS = 600.0


@pytest.fixture(scope="module")
def first_table(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A city that came up undisturbed: its folder, and the table that it ended with."""
    folder = tmp_path_factory.mktemp("city")
    return folder, table_of(run(folder, "--once"))


def test_every_district_is_equal_and_all_that_was_handed_over_was_read(first_table: tuple[Path, str]) -> None:
    _, table = first_table
    rows = [line.split() for line in table.splitlines() if {"volunteers", "hours"} & set(line.split()[1:2])]
    assert {(name, kind): read for name, kind, read, *_ in rows} == {
        ("福田区", "volunteers"): "2,044",
        ("futian", "hours"): "5,941",
        ("罗湖区", "volunteers"): "2,036",
        ("luohu", "hours"): "6,224",
        ("南山区", "volunteers"): "2,020",
        ("nanshan", "hours"): "6,285",
    }
    assert [row[-1] for row in rows if row[1] == "hours"] == ["yes"] * 3


def test_a_password_is_kept_as_its_standard_asks(first_table: tuple[Path, str]) -> None:
    folder, _ = first_table
    with closing(sqlite3.connect(folder / "futian" / "banyan.db")) as database:
        [kept] = database.execute("SELECT password_hash FROM staff_member").fetchone()
    assert extract_parameters(kept) == RFC_9106_LOW_MEMORY


def test_a_second_run_imports_nothing_twice_takes_other_ports_and_stops_when_asked_to(first_table: tuple[Path, str]) -> None:
    folder, table = first_table
    with socket.socket() as somebody_else:
        somebody_else.bind(("127.0.0.1", servers.free_port()))
        somebody_else.listen()
        taken = somebody_else.getsockname()[1]
        with begun(folder, port=taken) as demo:
            eventually(lambda: "Ctrl-C stops everything" in said(folder), within=CITY_SECONDS)
            demo.send_signal(signal.SIGINT)
            assert demo.wait(60) == 0
    assert f"Port {taken} is taken" in said(folder)
    assert table_of(said(folder)) == table
    for lock in (folder / "run").glob("*.lock"):
        with lock.open() as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_programs_that_are_killed_and_a_demo_that_is_killed_end_in_the_same_table(
    first_table: tuple[Path, str], tmp_path: Path
) -> None:
    with begun(tmp_path, "--once") as demo:
        kill_program(tmp_path, "futian-import")
        for party in ("hub", "futian", "luohu", "nanshan"):
            for part in ("sync", "web"):
                kill_program(tmp_path, f"{party}-{part}")
        for name in ("nanshan-import", "futian-import"):
            kill_program(tmp_path, name)
        os.kill(demo.pid, signal.SIGKILL)
        demo.wait()
    assert table_of(run(tmp_path, "--once")) == first_table[1]


def test_a_city_that_runs_already_is_left_alone(tmp_path: Path) -> None:
    with (tmp_path / "city.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = subprocess.run(command(tmp_path, "--once"), cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "running already" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ["--folder", "/dev/null/city"],
            "/dev/null/city cannot be used: Not a directory. Name another place with ARGS=--folder=",
        ),
        (["--port", "70000"], "70000 is not in the range"),
    ],
)
def test_what_cannot_be_is_said_at_once(tmp_path: Path, arguments: list[str], sentence: str) -> None:
    done = subprocess.run([*command(tmp_path), *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert sentence in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_reset_removes_the_city_and_nothing_else(tmp_path: Path) -> None:
    for name in ("hub/banyan.db", "futian/banyan.db", "run/hub-web.lock", "log/hub-web.log", "bus.db", "bus.db-wal"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "somebody's.txt").touch()
    run(tmp_path, "--reset")
    assert [path.name for path in tmp_path.iterdir()] == ["somebody's.txt"]


def command(folder: Path, *arguments: str, port: int | None = None) -> list[str]:
    return [sys.executable, "-m", "demo", "--folder", str(folder), "--port", str(port or servers.free_port()), *arguments]


def run(folder: Path, *arguments: str) -> str:
    """What the demo prints; it must end well."""
    done = subprocess.run(
        command(folder, *arguments), cwd=ROOT, capture_output=True, text=True, timeout=CITY_SECONDS, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@contextmanager
def begun(folder: Path, *arguments: str, port: int | None = None) -> Iterator["subprocess.Popen[bytes]"]:
    """The demo at work; it is ended with the block."""
    with (folder / "said").open("wb") as output:
        demo = subprocess.Popen(command(folder, *arguments, port=port), cwd=ROOT, stdout=output, stderr=output)
    try:
        yield demo
    finally:
        demo.terminate()
        demo.wait(60)


def said(folder: Path) -> str:
    return (folder / "said").read_text()


def kill_program(folder: Path, name: str) -> None:
    """Kills what runs under `name`, as soon as something does."""
    lock = folder / "run" / f"{name}.lock"
    group = eventually(lambda: lock.read_text() if lock.exists() else "", within=CITY_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(int(group), signal.SIGKILL)


def table_of(output: str) -> str:
    """The table alone: seconds and folders differ from city to city."""
    return output[output.index("One city") : output.index("Refused rows")]
