"""Faults 13 to 15: what becomes of the streams when somebody sends what must not be believed, or cannot be applied?"""

import pytest
import zstandard
from joserfc.jwk import OKPKey

from sync import streams
from sync.addresses import account_name
from sync.messages import batch, message, signing
from sync.messages.batch import Batch
from tests.faults.wire import EVERYBODY, deliver, finish, sent_while_the_hub_is_away, smuggle
from tests.support.parties import City
from tests.support.sides import AT, POISON, ParkedRecord, QuarantinedMessage, Side
from tests.support.waiting import eventually

pytestmark = pytest.mark.parametrize("city", ["sqlite and embedded"], indirect=True)
FUTIAN = streams.up("futian")
BOMB_BYTES = 1 << 30


def codes(hub: Side) -> list[str]:
    """Why messages were refused, the oldest first."""
    return [row.code for row in hub.rows(QuarantinedMessage)]


def forged(key: OKPKey, *, body: bytes | None = None, claimed_key: OKPKey | None = None) -> bytes:
    """A batch that says it begins Futian's stream, signed with `key` and perhaps in the name of another."""
    line = b'{"forged": true}'
    hashes = batch.chain_all(batch.genesis(FUTIAN, 1), [line])
    raw = batch.seal_batch(
        batch.pack(Batch(stream=FUTIAN, epoch=1, first=1, prev=batch.genesis(FUTIAN, 1), lines=[line], hashes=hashes)),
        key if claimed_key is None else claimed_key,
    )
    signed = message.take_apart(raw)
    claims = signed.read_claims(batch.BatchClaims)
    if claimed_key is None:
        return message.seal(signed.body if body is None else body, claims, key)
    # The header of one key over the signature of another.
    header, _, _ = signed.signature.split(b".")
    _, _, signature = message.seal(signed.body, claims, key).partition(b"\n")[0].split(b".")
    return header + b".." + signature + b"\n" + signed.body


def bomb() -> bytes:
    """A gibibyte of zeros, compressed to some kilobytes, a piece at a time."""
    compressor = zstandard.ZstdCompressor().compressobj(size=BOMB_BYTES)
    piece = bytes(1 << 20)
    return b"".join([*(compressor.compress(piece) for _ in range(BOMB_BYTES >> 20)), compressor.flush()])


def test_12_noise_on_the_bus_stops_nobody(city: City) -> None:
    with city.running(*EVERYBODY):
        deliver(city, [b"", b"\x00" * 1000, b"{}..sig\nbody"], by="luohu")
        city.districts["futian"].announce(3)
        finish(city, refused=3)


def test_13_what_another_key_signed_is_refused(city: City) -> None:
    futian, luohu = city.districts["futian"], city.districts["luohu"]
    with city.running(*EVERYBODY):
        for raw in (forged(signing.generate_key()), forged(luohu.key), forged(luohu.key, claimed_key=futian.key)):
            deliver(city, [raw], by="luohu")
        futian.announce(3)
        finish(city, refused=3)
    assert codes(city.hub) == ["unknown_key", "unknown_key", "bad_signature"]


def test_13_a_batch_of_one_district_that_another_plays_again_is_refused(city: City) -> None:
    [raw] = sent_while_the_hub_is_away(city, "luohu", commits=1)
    hub = city.hub
    with hub.sessions.begin() as session:
        hub.inbox.receive(session, raw, receiver=streams.HUB, keys=hub.keys_in, at=AT, account=account_name("futian"))
    assert codes(hub) == ["wrong_sender"]
    with city.running(*EVERYBODY):
        finish(city, refused=1)


def test_14_what_is_too_large_is_refused_before_it_is_unpacked(city: City) -> None:
    futian = city.districts["futian"]
    with city.running(*EVERYBODY):
        for raw in (b"x" * (signing.MAX_BODY_BYTES + 1), forged(futian.key, body=bomb())):
            smuggle(city, raw)
        futian.announce(3)
        finish(city, refused=2)
    assert codes(city.hub) == ["too_large", "too_large"]


def test_15_an_event_that_cannot_be_applied_holds_up_its_record_alone(city: City) -> None:
    futian, hub = city.districts["futian"], city.hub
    hub.refuse_poison(refuse=True)
    with city.running(*EVERYBODY):
        futian.announce(3)
        futian.announce(1, first=4, activity=POISON)
        for district in city.districts.values():
            district.announce(3, first=5)
        eventually(lambda: hub.has_read(futian.head()) and len(hub.applied()) == 9)
        assert [(row.sequence, row.record_key) for row in hub.rows(ParkedRecord)] == [(4, "e4")]
        hub.refuse_poison(refuse=False)
        with hub.sessions.begin() as session:
            assert hub.inbox.retry(session, FUTIAN) == 1
        finish(city)
