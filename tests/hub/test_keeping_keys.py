"""Which keys of a district does the hub take, from when until when, and by whose word?"""

from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from joserfc.jwk import OKPKey

from federation.cli import main
from federation.directory import keeping_keys
from federation.directory.models import DistrictKey, DistrictKeyChange
from federation.errors import HeldElsewhere, NotFound, ReasonMissing, StateForbids
from federation.mailbox import ParkedRecord, QuarantinedMessage
from sync.contracts.signing_keys import (
    SIGNING_KEY_ADDED,
    SIGNING_KEY_RECOGNIZED,
    SIGNING_KEY_ROTATED,
    SigningKeyPeriod,
    SigningKeyState,
)
from sync.joining import enrolment
from sync.keys.rotating import GRACE
from sync.messages import signing
from tests.hub.peers import AT, District, Hub, Told, hours

SOON = AT + timedelta(minutes=1)
AFTER = AT + GRACE


def state(key: OKPKey) -> SigningKeyState:
    return msgspec.convert(enrolment.public_members(key), SigningKeyState)


def added(key: OKPKey, *, version: int = 1, of: str = "futian") -> Told:
    return Told(SIGNING_KEY_ADDED, of, version, state(key))


def rotated(key: OKPKey, *, version: int = 2, of: str = "futian") -> Told:
    return Told(SIGNING_KEY_ROTATED, of, version, state(key))


def rotate(hub: Hub, district: District) -> OKPKey:
    """The district signs with a new key from now on; gives the one before it."""
    before, following = district.key, signing.generate_key()
    hub.hears(district.says(added(following, of=district.code)))
    district.key = following
    hub.hears(district.says(rotated(following, of=district.code)))
    return before


def periods(hub: Hub, district: District) -> dict[str, tuple[datetime, datetime | None]]:
    """What the district was told of its keys, by their IDs; the newest word on each."""
    events = [event for event in hub.said_to(district) if event.type == SIGNING_KEY_RECOGNIZED]
    said = [msgspec.json.decode(event.data, type=SigningKeyPeriod) for event in events]
    return {period.key_id: (period.not_before, period.not_after) for period in said}


def refusals(hub: Hub) -> list[str]:
    return [message.code for message in hub.rows(QuarantinedMessage)]


def test_both_keys_count_until_the_district_says_that_it_uses_the_new_one(hub: Hub) -> None:
    [futian] = hub.enrol("futian")
    before, following = futian.key, signing.generate_key()
    hub.hears(futian.says(added(following)))
    assert periods(hub, futian) == {following.thumbprint(): (AT, None)}
    assert hub.hears(futian.says(hours("e1")), at=AFTER + timedelta(days=30)) is not None
    futian.key = following
    hub.hears(futian.says(rotated(following)))
    assert periods(hub, futian) == {following.thumbprint(): (AT, None), before.thumbprint(): (AT, AT + GRACE)}
    assert refusals(hub) == []


def test_what_the_old_key_signed_is_taken_for_a_day_and_then_refused(hub: Hub) -> None:
    [futian] = hub.enrol("futian")
    old = rotate(hub, futian)
    in_use, futian.key = futian.key, old
    assert hub.hears(futian.says(hours("e1")), at=AFTER - timedelta(seconds=1)) is not None
    late = futian.says(hours("e2"))
    assert hub.hears(late, at=AFTER) is None
    assert refusals(hub) == ["unknown_key"]
    [refused] = hub.rows(QuarantinedMessage)
    assert old.thumbprint() in refused.detail
    futian.key = in_use
    assert hub.hears(futian.lights_beacon(), at=AFTER) is not None


def test_two_rotations_end_both_keys_before(hub: Hub) -> None:
    [futian] = hub.enrol("futian")
    first = rotate(hub, futian)
    second, third = futian.key, signing.generate_key()
    hub.hears(futian.says(added(third, version=3)))
    futian.key = third
    hub.hears(futian.says(rotated(third, version=4)))
    ends = {key.key_id: key.not_after for key in hub.rows(DistrictKey)}
    assert ends == {first.thumbprint(): AT + GRACE, second.thumbprint(): AT + GRACE, third.thumbprint(): None}


def test_a_rotation_that_another_district_signed_is_refused(hub: Hub) -> None:
    futian, luohu = hub.enrol("futian", "luohu")
    own, futian.key = futian.key, luohu.key
    hub.hears(futian.says(added(signing.generate_key())))
    assert refusals(hub) == ["unknown_key"]
    assert [key.key_id for key in hub.rows(DistrictKey) if key.district == "futian"] == [own.thumbprint()]


def test_a_district_speaks_of_its_own_keys_alone(hub: Hub) -> None:
    futian, luohu = hub.enrol("futian", "luohu")
    hub.hears(futian.says(added(signing.generate_key(), of="luohu")))
    assert [parked.record_key for parked in hub.rows(ParkedRecord)] == ["luohu"]
    assert {key.key_id for key in hub.rows(DistrictKey)} == {futian.key.thumbprint(), luohu.key.thumbprint()}


@pytest.mark.parametrize("before", [False, True])
def test_a_key_of_another_district_is_not_taken(hub: Hub, before: bool) -> None:
    futian, luohu = hub.enrol("futian", "luohu")
    theirs = rotate(hub, luohu) if before else luohu.key
    hub.hears(futian.says(added(theirs), hours("e1")))
    [parked] = hub.rows(ParkedRecord)
    assert (parked.type, "HeldElsewhere" in parked.reason) == (SIGNING_KEY_ADDED, True)
    assert not [key for key in hub.rows(DistrictKey) if (key.district, key.key_id) == ("futian", theirs.thumbprint())]
    assert periods(hub, futian) == {}


@pytest.mark.parametrize(
    "said",
    [{"kty": "RSA"}, {"crv": "X25519"}, {"x": "too short"}, {"x": "=" * 43}, {"x": None}],
    ids=lambda said: next(iter(said)),
)
def test_what_is_no_key_waits_for_a_person(hub: Hub, said: dict[str, object]) -> None:
    class Anything(msgspec.Struct):
        kty: object = "OKP"
        crv: object = "Ed25519"
        x: object = "A" * 43

    [futian] = hub.enrol("futian")
    position = hub.hears(futian.says(Told(SIGNING_KEY_ADDED, "futian", 1, Anything(**said)), hours("e1")))
    assert position is not None
    assert position.sequence == 2
    assert [parked.type for parked in hub.rows(ParkedRecord)] == [SIGNING_KEY_ADDED]
    assert [key.key_id for key in hub.rows(DistrictKey)] == [futian.key.thumbprint()]


def test_a_key_that_has_an_end_does_not_come_back(hub: Hub) -> None:
    [futian] = hub.enrol("futian")
    old = rotate(hub, futian)
    in_use = futian.key
    hub.hears(futian.says(rotated(old, version=3)))
    assert {key.key_id: key.not_after for key in hub.rows(DistrictKey)} == {
        old.thumbprint(): AT + GRACE,
        in_use.thumbprint(): None,
    }


def test_a_district_that_lost_its_key_goes_on_with_one_that_an_operator_added(hub: Hub) -> None:
    [futian] = hub.enrol("futian")
    hub.hears(futian.says(hours("e1")))
    lost, futian.key = futian.key, signing.generate_key()
    unheard = futian.says(hours("e2"))
    assert hub.hears(unheard) is None
    with hub.sessions.begin() as session:
        keeping_keys.add(session, "futian", futian.key, reason="the disk is gone", by="chen", at=AT)
        keeping_keys.withdraw(session, "futian", lost.thumbprint(), reason="it may be found", by="chen", at=SOON)
    assert hub.hears(unheard, at=SOON) is not None
    assert periods(hub, futian) == {futian.key.thumbprint(): (AT, None), lost.thumbprint(): (AT, SOON)}
    changes = {(one.key_id, one.version): (one.reason, one.changed_by, one.changed_at) for one in hub.rows(DistrictKeyChange)}
    assert changes == {
        (futian.key.thumbprint(), 1): ("the disk is gone", "chen", AT),
        (lost.thumbprint(), 1): ("it may be found", "chen", SOON),
    }
    futian.key = lost
    assert hub.hears(futian.says(hours("e3")), at=SOON) is None


def test_an_operator_s_change_that_makes_no_sense_is_refused(hub: Hub) -> None:
    futian, luohu = hub.enrol("futian", "luohu")
    old = rotate(hub, futian)
    with hub.sessions() as session:
        add = partial(keeping_keys.add, session, by="chen", at=AFTER)
        withdraw = partial(keeping_keys.withdraw, session, "futian", reason="a mistake", by="chen", at=AFTER)
        with pytest.raises(StateForbids):
            add("futian", old, reason="again")
        with pytest.raises(HeldElsewhere):
            add("futian", luohu.key, reason="a mistake")
        with pytest.raises(ReasonMissing):
            add("futian", signing.generate_key(), reason=" ")
        with pytest.raises(NotFound):
            add("nanshan", signing.generate_key(), reason="a mistake")
        with pytest.raises(StateForbids):
            withdraw(old.thumbprint())
        with pytest.raises(NotFound):
            withdraw(luohu.key.thumbprint())


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_operator_s_commands(hub: Hub, tmp_path: Path) -> None:
    def told(*arguments: str) -> str:
        result = CliRunner(env={"COLUMNS": "200"}).invoke(main, ["district", "key", *arguments])
        assert result.exit_code == 0, result.output
        return result.output

    [futian] = hub.enrol("futian")
    following = signing.generate_key()
    file = tmp_path / "key.jwk"
    file.write_bytes(signing.public_jwk(following))
    assert following.thumbprint() in told("add", "futian", "--key", str(file), "--reason", "a new machine")
    assert "no key left" not in told("withdraw", "--reason", "stolen", "--", "futian", futian.key.thumbprint())
    shown = told("list", "futian")
    assert all(
        word in shown for word in (following.thumbprint(), futian.key.thumbprint(), "a new machine", "stolen", "yes", "no")
    )
    assert "no key left" in told("withdraw", "--reason", "stolen, too", "--", "futian", following.thumbprint())


def test_the_clock_of_a_district_does_not_matter(hub: Hub) -> None:
    [futian] = hub.enrol("futian")
    following = signing.generate_key()
    hub.hears(futian.says(added(following), at=datetime(2031, 1, 1, tzinfo=UTC)))
    futian.key = following
    assert hub.hears(futian.lights_beacon()) is not None
