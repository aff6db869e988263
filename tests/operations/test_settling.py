"""Is a city that lost a part of itself left as it is, with a sentence that says what to do?"""

from pathlib import Path

import pytest

from demo.errors import DemoError
from demo.parties import Party, districts_of, hub_of, tell
from demo.settling import settle

ADDRESSES = {code: f"http://127.0.0.1:{port}" for port, code in enumerate(("hub", "futian", "luohu", "nanshan"), 8000)}


@pytest.fixture
def city(tmp_path: Path) -> Path:
    """A city whose parties have keys and databases."""
    parties: list[Party] = [hub_of(tmp_path), *districts_of(tmp_path)]
    for party in parties:
        party.folder.mkdir()
        party.database.touch()
    tell(hub_of(tmp_path), districts_of(tmp_path), ADDRESSES)
    (tmp_path / "hub" / "futian.jwk").touch()
    (tmp_path / "nanshan" / "founded").touch()
    return tmp_path


@pytest.mark.parametrize(
    ("lost", "said"),
    [
        ("hub/banyan.db", "市志愿者联合会 has lost its database"),
        ("nanshan/banyan.db", "南山区 has lost its database"),
        ("nanshan/environment", "南山区 has lost its keys"),
    ],
)
def test_a_lost_part_is_named_and_nothing_is_made_in_its_place(city: Path, lost: str, said: str) -> None:
    (city / lost).unlink()
    before = contents(city)
    with pytest.raises(DemoError, match=rf"{said}.*make demo-reset forgets the city"):
        settle(hub_of(city), districts_of(city), ADDRESSES)
    assert contents(city) == before


def contents(city: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in city.rglob("*") if path.is_file()}
