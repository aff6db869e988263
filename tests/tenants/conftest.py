"""On which databases is a district tried?"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.district import District, founded_district


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database of each kind."""
    if request.param == "postgresql":
        url: str = request.getfixturevalue("postgresql_url")
        return url
    return f"sqlite:///{tmp_path / 'district.db'}"


@pytest.fixture
def district(database_url: str) -> Iterator[District]:
    """A district with one street."""
    with founded_district(database_url) as founded:
        yield founded
