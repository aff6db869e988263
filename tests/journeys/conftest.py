"""On what do the journeys go?"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.city import City, city


@pytest.fixture
def on_files(tmp_path: Path) -> Iterator[City]:
    """A city of two districts on SQLite."""
    with city(lambda name: f"sqlite:///{tmp_path / name}.db", "futian", "luohu") as made:
        yield made
