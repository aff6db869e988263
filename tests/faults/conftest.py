"""Who must outlive the faults?"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.town import Town, town


@pytest.fixture(name="town")
def town_on_one_machine(tmp_path: Path, embedded_url: str) -> Iterator[Town]:
    """A hub and two districts as real programs on SQLite and the embedded bus."""
    with town(tmp_path, "futian", "luohu", bus_url=embedded_url) as made:
        yield made
