"""Which two parties speak with each other in these tests?"""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from sync import streams
from tests.support.sides import Ring, Side, open_side

UP = streams.up("futian")


@pytest.fixture
def ring() -> Ring:
    """The public keys of both."""
    return Ring()


@pytest.fixture
def futian(tmp_path: Path, ring: Ring) -> Iterator[Side]:
    """A district that writes its stream up."""
    with closing(open_side(f"sqlite:///{tmp_path / 'futian.db'}", "futian", ring=ring, writes=[UP])) as side:
        yield side


@pytest.fixture
def hub(tmp_path: Path, ring: Ring) -> Iterator[Side]:
    """A hub that follows it."""
    with closing(open_side(f"sqlite:///{tmp_path / 'hub.db'}", streams.HUB, ring=ring, reads=[UP])) as side:
        yield side
