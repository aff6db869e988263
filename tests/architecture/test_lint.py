"""Are style, types and the contracts between packages as `make lint` wants them?"""

import os
import subprocess

import pytest

from tests.architecture.source import ROOT


def _commands() -> list[str]:
    # Without what the make that runs these tests left in the environment for a make that it would start.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    recipe = subprocess.run(
        ["make", "--dry-run", "lint"], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return [line for line in recipe.stdout.splitlines() if line.startswith(".venv/bin/")]


@pytest.mark.parametrize("command", _commands())
def test_lint(command: str) -> None:
    done = subprocess.run(command.split(), cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
