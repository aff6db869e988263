"""Which databases and parties do the rules of the wire get tested with?"""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from sync import streams
from tests.support.sides import Ring, Side, open_side

FUTIAN_UP = streams.up("futian")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A new database of each kind that the project runs on."""
    if request.param == "postgresql":
        url: str = request.getfixturevalue("postgresql_url")
        return url
    return f"sqlite:///{tmp_path / 'side.db'}"


@pytest.fixture
def ring() -> Ring:
    """The public keys of everybody."""
    return Ring()


@pytest.fixture
def futian(tmp_path: Path, ring: Ring) -> Iterator[Side]:
    """A district that writes its stream up."""
    with closing(open_side(f"sqlite:///{tmp_path / 'futian.db'}", "futian", ring=ring, writes=[FUTIAN_UP])) as side:
        yield side


@pytest.fixture
def hub(tmp_path: Path, ring: Ring) -> Iterator[Side]:
    """A hub that follows it."""
    with closing(open_side(f"sqlite:///{tmp_path / 'hub.db'}", streams.HUB, ring=ring, reads=[FUTIAN_UP])) as side:
        yield side
