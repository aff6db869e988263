"""Does what was refused stay visible without filling the disk?"""

from collections.abc import Iterator
from contextlib import closing

import pytest

from sync import streams
from sync.errors import Undecodable
from sync.mailbox import quarantine
from sync.mailbox.quarantine import Quarantine
from tests.support.sides import AT, QuarantinedMessage, Ring, Side, open_side


@pytest.fixture
def hub(database_url: str, ring: Ring) -> Iterator[Side]:
    with closing(open_side(database_url, streams.HUB, ring=ring)) as side:
        yield side


def put(hub: Side, *messages: bytes, claimed: str | None = None) -> None:
    kept = Quarantine(QuarantinedMessage)
    with hub.sessions.begin() as session:
        for raw in messages:
            kept.put(session, raw, Undecodable("no sense in it"), claimed=claimed, at=AT)


def test_why_and_how_it_began_is_kept(hub: Side) -> None:
    put(hub, b"\x00" * 10_000, claimed="futian/up")
    (kept,) = hub.rows(QuarantinedMessage)
    assert (kept.code, kept.detail, kept.claimed_stream) == ("undecodable", "no sense in it", "futian/up")
    assert (kept.size_bytes, len(kept.head)) == (10_000, 4_096)


def test_only_the_newest_are_kept(hub: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quarantine, "MAX_QUARANTINED", 3)
    put(hub, *(bytes([number]) for number in range(10)))
    assert sorted(kept.head for kept in hub.rows(QuarantinedMessage)) == [b"\x07", b"\x08", b"\x09"]


def test_one_sender_does_not_push_out_what_came_from_others(hub: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quarantine, "MAX_ALIKE", 2)
    put(hub, b"before", claimed=None)
    put(hub, b"other", claimed="luohu/up")
    put(hub, *(bytes([number]) for number in range(10)), claimed="futian/up")
    assert sorted(kept.head for kept in hub.rows(QuarantinedMessage)) == [b"\x08", b"\x09", b"before", b"other"]


def test_a_claim_that_is_longer_than_any_stream_is_cut(hub: Side) -> None:
    put(hub, b"x", claimed="f" * 500)
    assert len(hub.rows(QuarantinedMessage)[0].claimed_stream) == 80
