"""Does a batch prove what it carries, and bound what it costs to open?"""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from sync.errors import BrokenChain, Rejected, TooLarge, Undecodable
from sync.messages import batch, message, signing
from sync.messages.batch import Batch

STREAM = "futian/up"
KEY = signing.generate_key()

lines_of_events = st.lists(st.binary(min_size=1, max_size=60).filter(lambda line: b"\n" not in line), min_size=1, max_size=20)


def make(lines: list[bytes], first: int = 1, prev: bytes | None = None) -> Batch:
    prev = prev or batch.genesis(STREAM, 1)
    return Batch(stream=STREAM, epoch=1, first=first, prev=prev, lines=lines, hashes=batch.chain_all(prev, lines))


def sealed(body: bytes, **changes: Any) -> message.Signed:
    """A message over `body` whose header says whatever the test wants."""
    claims = {"epoch": 1, "first": 1, "last": 1, "prev": "00", "hash": "00", **changes}
    raw = message.seal(body, batch.BatchClaims(typ=message.BATCH, v=message.PROTOCOL_VERSION, stream=STREAM, **claims), KEY)
    return message.take_apart(raw)


def opened(signed: message.Signed) -> Batch:
    return batch.unpack(batch.open_batch(signed))


@given(lines_of_events, st.integers(min_value=1, max_value=2**40))
def test_a_batch_comes_back_whole(lines: list[bytes], first: int) -> None:
    sent = make(lines, first)
    received = opened(message.take_apart(batch.seal_batch(batch.pack(sent), KEY)))
    assert received == sent


@given(lines_of_events, st.data())
def test_the_part_behind_a_place_continues_the_same_chain(lines: list[bytes], data: st.DataObject) -> None:
    whole = make(lines, first=5)
    place = data.draw(st.integers(min_value=4, max_value=whole.last))
    rest = whole.after(place)
    assert (rest.first, rest.last) == (place + 1, whole.last)
    assert rest.prev == [whole.prev, *whole.hashes][place - whole.first + 1]
    assert [rest.prev, *batch.chain_all(rest.prev, rest.lines)][-1] == whole.hashes[-1]


@given(lines_of_events, st.data())
def test_no_event_can_be_changed_left_out_or_moved(lines: list[bytes], data: st.DataObject) -> None:
    other = data.draw(
        st.one_of(
            st.permutations(lines),
            st.integers(0, len(lines) - 1).map(lambda place: lines[:place] + lines[place + 1 :]),
            st.integers(0, len(lines) - 1).map(lambda place: [*lines[:place], lines[place] + b"!", *lines[place + 1 :]]),
        ).filter(lambda changed: changed and changed != lines)
    )
    whole = make(lines)
    header = {"first": 1, "last": len(other), "prev": whole.prev.hex(), "hash": whole.hashes[-1].hex()}
    with pytest.raises(BrokenChain):
        opened(sealed(batch.pack_lines(other), **header))


def test_several_threads_pack_at_once_without_harm() -> None:
    """A relay and a consumer share a process."""
    bodies = [[bytes([number]) * size for number in range(33, 90)] for size in (5, 500, 5_000)]
    with ThreadPoolExecutor(3) as pool:
        unpacked = list(pool.map(lambda lines: batch.unpack_lines(batch.pack_lines(lines)), bodies * 200))
    assert unpacked == bodies * 200


def test_a_compression_bomb_is_refused_by_what_it_says_of_itself() -> None:
    bomb = zstandard.ZstdCompressor().compress(bytes(50 * 1024 * 1024))
    assert len(bomb) < signing.MAX_BODY_BYTES
    with pytest.raises(TooLarge):
        opened(sealed(bomb))


def test_a_bomb_that_does_not_say_its_size_is_refused() -> None:
    compressor = zstandard.ZstdCompressor(write_content_size=False).compressobj()
    bomb = compressor.compress(bytes(50 * 1024 * 1024)) + compressor.flush()
    with pytest.raises((TooLarge, Undecodable)):
        opened(sealed(bomb))


def test_a_bomb_that_lies_about_its_size_is_refused() -> None:
    honest = zstandard.ZstdCompressor(write_checksum=False).compress(bytes(300_000))
    said = zstandard.get_frame_parameters(honest).content_size
    lying = honest.replace(said.to_bytes(4, "little"), (1_000).to_bytes(4, "little"), 1)
    assert zstandard.get_frame_parameters(lying).content_size == 1_000
    with pytest.raises(Rejected):
        opened(sealed(lying))


def test_too_many_events_are_refused() -> None:
    with pytest.raises(TooLarge, match="1001"):
        opened(sealed(batch.pack_lines([b"x"] * 1_001), last=1_001))


@pytest.mark.parametrize("numbers", [{"epoch": 0}, {"first": 0, "last": 0}, {"last": 2}, {"first": 9, "last": 8}])
def test_numbers_that_do_not_fit_are_refused(numbers: dict[str, int]) -> None:
    with pytest.raises(Undecodable):
        opened(sealed(batch.pack_lines([b"x"]), **numbers))


@given(st.binary())
def test_a_body_that_is_not_zstd_is_refused_in_one_way(body: bytes) -> None:
    with pytest.raises(Rejected):
        opened(sealed(body))


def test_each_stream_and_epoch_begins_with_another_hash() -> None:
    begins = {batch.genesis(stream, epoch) for stream in ("futian/up", "futian/down", "luohu/up") for epoch in (1, 2)}
    assert len(begins) == 6
