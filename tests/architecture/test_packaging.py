"""Does an installation hold all that the programs need?"""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.architecture.source import PACKAGES, ROOT, files


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of the files in a wheel of this checkout."""
    checkout, out = tmp_path_factory.mktemp("checkout"), tmp_path_factory.mktemp("wheel")
    for path in files():
        copy = checkout / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    done = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, checkout],
        cwd=out,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (built,) = out.glob("*.whl")
    return set(ZipFile(built).namelist())


def test_a_wheel_holds_every_module_and_all_data_of_the_packages(wheel: set[str]) -> None:
    expected = {
        # Translations are written as text and read in their compiled form.
        re.sub(r"\.po$", ".mo", str(path.relative_to(ROOT)))
        for path in files()
        if path.relative_to(ROOT).parts[0] in PACKAGES and path.suffix != ".pot"
    }
    assert expected - wheel == set()


def test_a_wheel_holds_nothing_but_the_packages(wheel: set[str]) -> None:
    assert {Path(name).parts[0] for name in wheel if ".dist-info/" not in name} <= set(PACKAGES)


@pytest.mark.parametrize("lock", ["runtime", "development"])
def test_a_lock_file_has_a_hash_for_everything_and_no_address(lock: str) -> None:
    text = (ROOT / "locks" / f"{lock}.txt").read_text()
    requirements = re.split(r"\n(?=\S)", text.strip())
    assert [line for line in requirements if "--hash=sha256:" not in line] == []
    assert "://" not in text


def test_an_environment_for_development_can_run_the_programs() -> None:
    runtime, development = (
        set(re.findall(r"^\S+==\S+", (ROOT / "locks" / f"{lock}.txt").read_text(), re.M)) for lock in ("runtime", "development")
    )
    assert runtime <= development
