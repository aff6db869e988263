"""Which district do the faces show?"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.desk import Visitor, at_desk, program
from tests.support.district import District, founded_district
from tests.support.made_provider import PUBLIC_URL, Provider, provider_of, somebody


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, on SQLite where a test does not ask for another."""
    if getattr(request, "param", "sqlite") == "postgresql":
        url: str = request.getfixturevalue("postgresql_url")
        return url
    return f"sqlite:///{tmp_path / 'district.db'}"


@pytest.fixture
def district(database: str) -> Iterator[District]:
    """A district with one street, whose pages have an address: where there is a `provider`, people sign in by its word."""
    with founded_district(database, public_url=PUBLIC_URL) as founded:
        yield founded


@pytest.fixture
def provider(district: District) -> Iterator[Provider]:
    """The district's provider, at which a volunteer has signed in."""
    with provider_of(district) as provider:
        provider.person = somebody()
        yield provider


@pytest.fixture
def li(district: District) -> Visitor:
    """A coordinator of the street, signed in."""
    return at_desk(district)


@pytest.fixture
def machine(district: District) -> Visitor:
    """A program that acts for a coordinator of the street."""
    return program(district)
