"""Does a bare machine come to an environment, or to a sentence that says what it lacks?"""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with its lock files, in which nothing was installed yet."""
    shutil.copytree(ROOT / "locks", tmp_path / "locks")
    return tmp_path


def python(folder: Path, behaviour: str) -> str:
    """The path of a Python that does no more than answer the questions put to it."""
    path = folder / "python"
    path.write_text(f"#!/bin/sh\n{behaviour}\n")
    path.chmod(0o755)
    return str(path)


def install(checkout: Path, python: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [checkout / "locks" / "install", "runtime"],
        env={"PATH": "/usr/bin:/bin", "PYTHON": python},
        capture_output=True,
        text=True,
        check=False,
    )


def seem_installed(checkout: Path) -> None:
    environment = checkout / ".venv"
    environment.mkdir()
    (environment / "checkout").write_text(f"{checkout}\n")
    shutil.copy(checkout / "locks" / "runtime.txt", environment)
    (environment / "built").touch()


def test_a_python_that_is_too_old_is_named_with_what_to_install(checkout: Path) -> None:
    done = install(checkout, python(checkout, "exit 1"))
    assert done.returncode == 1
    assert "needs Python 3.11 or newer" in done.stderr
    assert "apt-get install python3" in done.stderr


def test_a_python_without_venv_is_named_with_what_to_install(checkout: Path) -> None:
    done = install(checkout, python(checkout, 'case "$2" in *ensurepip*) exit 1 ;; esac'))
    assert done.returncode == 1
    assert "apt-get install python3-venv" in done.stderr


def test_nothing_is_installed_while_the_lock_file_is_the_same(checkout: Path) -> None:
    seem_installed(checkout)
    done = install(checkout, "no-python-is-asked-for")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_another_lock_file_is_installed(checkout: Path) -> None:
    seem_installed(checkout)
    with (checkout / "locks" / "runtime.txt").open("a") as lock:
        lock.write("another==1.0\n")
    done = install(checkout, python(checkout, 'case "$*" in "-m venv"*) echo "$@"; exit 9 ;; esac'))
    assert "-m venv --clear .venv" in done.stdout
    assert done.returncode == 9


def test_help_has_a_sentence_for_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^\.PHONY: (.*)$", makefile, re.M)[0].split())
    told = subprocess.run(["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert set(re.findall(r"^  make ([a-z-]+) +\S.*\.$", told, re.M)) == targets
