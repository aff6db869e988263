"""What is part of the project?"""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("sync", "federation", "tenants", "api", "admin")
PROGRAMS = (*PACKAGES, "demo", "benchmarks")


def files() -> list[Path]:
    """Every file that a clone would have, or will have with the next commit."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    )
    return [path for name in listed.stdout.decode().split("\0") if name and (path := ROOT / name).is_file()]


def modules(*packages: str) -> Iterator[tuple[str, ast.Module]]:
    """Each module in `packages`: its path from the project's folder, and its syntax tree."""
    for path in files():
        name = path.relative_to(ROOT)
        if path.suffix == ".py" and name.parts[0] in packages:
            yield str(name), ast.parse(path.read_text(), filename=str(path))
