"""Which district do the faces show?"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.desk import Visitor, at_desk, program
from tests.support.district import District, founded_district


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, on SQLite where a test does not ask for another."""
    if getattr(request, "param", "sqlite") == "postgresql":
        url: str = request.getfixturevalue("postgresql_url")
        return url
    return f"sqlite:///{tmp_path / 'district.db'}"


@pytest.fixture
def district(database: str) -> Iterator[District]:
    """A district with one street."""
    with founded_district(database) as founded:
        yield founded


@pytest.fixture
def li(district: District) -> Visitor:
    """A coordinator of the street, signed in."""
    return at_desk(district)


@pytest.fixture
def machine(district: District) -> Visitor:
    """A program that acts for a coordinator of the street."""
    return program(district)
