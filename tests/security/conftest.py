"""Which district, and which provider, are attacked?"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.desk import Visitor
from tests.support.district import District, founded_district
from tests.support.provider import PUBLIC_URL, Provider, provider_of, somebody


@pytest.fixture
def district(tmp_path: Path) -> Iterator[District]:
    """A district at which people sign in by the hub's word."""
    with founded_district(f"sqlite:///{tmp_path / 'district.db'}", public_url=PUBLIC_URL) as founded:
        yield founded


@pytest.fixture
def provider(district: District) -> Iterator[Provider]:
    """Its provider, at which a volunteer has signed in."""
    with provider_of(district) as provider:
        provider.person = somebody()
        yield provider


@pytest.fixture
def visitor(district: District) -> Visitor:
    """Somebody with a browser."""
    return Visitor(district)
