"""Do the demo's programs run as long as its city, and no longer?"""

import os
import signal
import subprocess
import sys
import textwrap
from contextlib import suppress
from pathlib import Path

import pytest

from demo.errors import DemoError
from demo.supervising import Supervisor, end_left_over
from tests.support.waiting import eventually

SLEEP = ["sleep", "600"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "run").mkdir()
    (tmp_path / "log").mkdir()
    return tmp_path


def supervisor(folder: Path, *, stop_seconds: float = 10.0) -> Supervisor:
    return Supervisor(folder=folder / "run", logs=folder / "log", stop_seconds=stop_seconds)


def pid_of(folder: Path, name: str) -> int:
    """The process that runs under `name`, as soon as there is one."""
    return int(eventually(lambda: _written(folder / "run" / f"{name}.lock")))


def _written(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_program_that_is_killed_runs_again(folder: Path) -> None:
    with supervisor(folder) as city:
        city.start("one", SLEEP, os.environ)
        first = pid_of(folder, "one")
        os.kill(first, signal.SIGKILL)
        second = eventually(lambda: pid_of(folder, "one"), until=lambda pid: pid != first)
        assert runs(second)


def test_a_program_ends_with_its_city_and_with_all_that_it_began(folder: Path) -> None:
    children = folder / "child"
    with supervisor(folder) as city:
        city.start("one", ["sh", "-c", f"sleep 600 & echo $! > {children}; wait"], os.environ)
        child = int(eventually(lambda: _written(children).strip()))
        parent = pid_of(folder, "one")
    assert not runs(parent)
    eventually(lambda: not runs(child))


def test_a_program_that_does_not_heed_is_ended_all_the_same(folder: Path) -> None:
    with supervisor(folder, stop_seconds=0.2) as city:
        city.start("deaf", ["sh", "-c", "trap '' TERM; while :; do sleep 1; done"], os.environ)
        deaf = pid_of(folder, "deaf")
    assert not runs(deaf)


def test_what_is_begun_once_does_not_outlive_its_block(folder: Path) -> None:
    with supervisor(folder) as city, city.once("import", SLEEP, os.environ) as process:
        assert runs(process.pid)
    assert not runs(process.pid)


def test_what_a_killed_city_left_is_ended_by_the_next(folder: Path) -> None:
    city = f"""
        import os, time
        from pathlib import Path
        from demo.supervising import Supervisor
        with Supervisor(folder=Path({str(folder / "run")!r}), logs=Path({str(folder / "log")!r})) as city:
            city.start("one", {SLEEP!r}, os.environ)
            time.sleep(600)
    """
    killed = subprocess.Popen([sys.executable, "-c", textwrap.dedent(city)], cwd=Path(__file__).parents[2])
    left_over = pid_of(folder, "one")
    killed.kill()
    killed.wait()
    try:
        assert runs(left_over)
        end_left_over(folder / "run")
        eventually(lambda: not runs(left_over))
    finally:
        with suppress(ProcessLookupError):
            os.kill(left_over, signal.SIGKILL)


def test_a_program_that_cannot_run_is_reported_with_its_last_words(folder: Path) -> None:
    with supervisor(folder) as city:
        city.start("broken", ["sh", "-c", "echo the settings are wrong; exit 3"], os.environ)
        complaint = eventually(lambda: _complaint(city))
    assert "broken" in complaint
    assert "the settings are wrong" in complaint


def _complaint(city: Supervisor) -> str:
    try:
        city.check()
    except DemoError as error:
        return str(error)
    return ""
