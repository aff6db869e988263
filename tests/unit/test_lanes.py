"""Does each district have one process of the hub that serves it, however many there are?"""

import pytest

from sync import streams
from sync.lanes import LANES, NoShare, Share, lane_of, read_share

DISTRICTS = [f"district-{number}" for number in range(200)]


@pytest.mark.parametrize("of", range(1, LANES + 1))
def test_every_stream_is_in_one_share(of: int) -> None:
    shares = [read_share(f"{number}/{of}") for number in range(1, of + 1)]
    for stream in [direction(code) for code in DISTRICTS for direction in (streams.up, streams.down)]:
        assert [share.has(stream) for share in shares].count(True) == 1
    assert [share.is_first for share in shares].count(True) == 1


def test_districts_are_spread_over_all_lanes() -> None:
    assert {lane_of(code) for code in DISTRICTS} == set(range(LANES))


@pytest.mark.parametrize("text", ["", "1", "0/1", "2/1", "1/9", "a/b", "1/2/3", "-1/2", "²/3"])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(NoShare, match="is no share"):
        read_share(text)


def test_a_share_is_read_as_it_is_written() -> None:
    assert read_share("2/3") == Share(2, 3)
