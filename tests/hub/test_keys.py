"""Can the hub's and the federation's keys be exchanged while registrations come in, without anybody becoming somebody else?"""

import dataclasses
import json
import os
from base64 import b64encode
from collections import defaultdict
from collections.abc import Callable

import msgspec
import pytest
from click.testing import CliRunner, Result
from cryptography.fernet import Fernet
from sqlalchemy import text

from federation.cli import main
from federation.errors import ReasonMissing, StateForbids
from federation.identity.history.models import IdentityEvent, IdentityEventType
from federation.identity.keys.retiring import progress, retire_key
from federation.identity.keys.rewrapping import count_older, rewrap_next
from federation.identity.keys.standing import key_versions
from federation.identity.models import Registration, RegistrationDocument
from federation.identity.persons.sealing import unseal
from federation.identity.resealing import STOCKS
from federation.identity.stewarding.verifying import verify
from federation.intake import open_inbox
from federation.mailbox import ParkedRecord
from sync import streams
from sync.contracts.identities import VOLUNTEER_ID_CLAIMED, VolunteerIdState, claim_key
from sync.contracts.registrations import DocumentToken, RegistrationState
from sync.databases.resealing import FieldCipher
from sync.settings import field_cipher
from tests.hub.peers import AT, District, Hub, Told, registration, t1
from tests.hub.test_linking import ids

PEOPLE = range(12)


def stored(hub: Hub) -> tuple[int, int]:
    """The oldest and the newest version of the hub's key under which it holds a token."""
    standing = hub.asked(key_versions)
    return standing.oldest, standing.newest


def told_of(district: District, people: range, *, versions: tuple[int, ...] = (1,), version: int = 1) -> list[Told]:
    """The registrations of `people` in a district that tells their documents under these versions of the federation's key."""
    told = []
    for person in people:
        one = registration(f"{person} {district.code}", birth_date=f"19{person + 50}-05-01", name="王小明", version=version)
        tokens = tuple(DocumentToken(kind="resident_id", key_version=v, token=t1(f"{person} under {v}")) for v in versions)
        assert isinstance(one.data, RegistrationState)
        told.append(dataclasses.replace(one, data=msgspec.structs.replace(one.data, documents=tokens)))
    return told


def partition(hub: Hub) -> set[frozenset[str]]:
    """Who is one person."""
    persons: dict[str, set[str]] = defaultdict(set)
    for registration_id, volunteer_id in ids(hub).items():
        persons[volunteer_id].add(registration_id)
    return {frozenset(members) for members in persons.values()}


def everybody_of(*districts: District) -> set[frozenset[str]]:
    """`PEOPLE` as they are: each is one person in all of these districts."""
    return {frozenset(f"{person} {district.code}" for district in districts) for person in PEOPLE}


def with_one_key_more(hub: Hub) -> Hub:
    """The same hub, restarted with another key behind its own."""
    settings = dataclasses.replace(hub.settings, token_keys=(*hub.settings.token_keys, os.urandom(32)))
    return Hub(settings, hub.sessions, open_inbox(settings, now=lambda: AT))


def rewrap(hub: Hub, *, after: str = "", limit: int = 5) -> str | None:
    """One chunk of the rotation; where it ended."""
    with hub.sessions.begin() as session:
        chunk = rewrap_next(session, hub.settings.token_keys, after=after, limit=limit)
    return chunk.last if chunk else None


def rewrap_all(hub: Hub) -> None:
    after: str | None = ""
    while after is not None:
        after = rewrap(hub, after=after)


def test_the_hubs_key_is_exchanged_in_mid_load(hub: Hub) -> None:
    futian, luohu, nanshan = hub.enrol("futian", "luohu", "nanshan")
    hub.hears(futian.says(*told_of(futian, PEOPLE)), luohu.says(*told_of(luohu, PEOPLE[:3])))
    newer = with_one_key_more(hub)
    newer.hears(luohu.says(*told_of(luohu, PEOPLE[3:6])))
    after = rewrap(newer)
    newer.hears(luohu.says(*told_of(luohu, PEOPLE[6:])), nanshan.says(*told_of(nanshan, PEOPLE[:6])))
    # Interrupted, and begun again from the beginning.
    assert after is not None
    rewrap_all(newer)
    newer.hears(nanshan.says(*told_of(nanshan, PEOPLE[6:])))
    assert partition(newer) == everybody_of(futian, luohu, nanshan)
    assert stored(newer) == (2, 2)


def test_a_second_exchange_follows_the_first_also_where_that_was_not_finished(hub: Hub) -> None:
    futian, luohu, nanshan = hub.enrol("futian", "luohu", "nanshan")
    hub.hears(futian.says(*told_of(futian, PEOPLE)))
    second = with_one_key_more(hub)
    rewrap(second)
    second.hears(luohu.says(*told_of(luohu, PEOPLE[:4])))
    third = with_one_key_more(second)
    third.hears(luohu.says(*told_of(luohu, PEOPLE[4:])))
    rewrap_all(third)
    third.hears(nanshan.says(*told_of(nanshan, PEOPLE)))
    assert partition(third) == everybody_of(futian, luohu, nanshan)
    assert stored(third) == (3, 3)


def test_a_program_without_the_newest_key_links_nobody_wrongly(hub: Hub) -> None:
    futian, luohu = hub.enrol("futian", "luohu")
    hub.hears(futian.says(*told_of(futian, PEOPLE)))
    newer = with_one_key_more(hub)
    rewrap_all(newer)
    hub.hears(luohu.says(*told_of(luohu, PEOPLE)))
    assert len(hub.rows(ParkedRecord)) == len(PEOPLE)
    with newer.sessions.begin() as session:
        assert newer.inbox.retry(session, streams.up(luohu.code)) == len(PEOPLE)
    assert partition(newer) == everybody_of(futian, luohu)


def test_a_claim_finds_a_document_under_another_of_the_hubs_keys(hub: Hub) -> None:
    futian, luohu = hub.enrol("futian", "luohu")
    mistyped = registration("2", document="D", name="李四", birth_date="1971-12-30")
    hub.hears(futian.says(registration("1", document="D")), luohu.says(mistyped))
    hub.hears(luohu.says(registration("2", document="D", version=2)))
    before = ids(hub)
    assert before["1"] != before["2"]
    newer = with_one_key_more(hub)
    rewrap(newer, limit=1)
    assert stored(newer) == (1, 2)
    claim = VolunteerIdState(registration_id="2", volunteer_id=before["1"])
    newer.hears(luohu.says(Told(VOLUNTEER_ID_CLAIMED, claim_key(claim), 1, claim)))
    assert set(ids(newer).values()) == {before["1"]}


def retire(hub: Hub, version: int, *, reason: str | None = None) -> int:
    with hub.sessions.begin() as session:
        return retire_key(session, version, by="operator", at=AT, reason=reason)


def shares(hub: Hub) -> dict[str, float]:
    return {one.district: one.share for one in hub.asked(progress)}


def test_the_federations_key_is_exchanged_in_mid_load(hub: Hub) -> None:
    futian, luohu, nanshan, yantian = hub.enrol("futian", "luohu", "nanshan", "yantian")
    both = (1, 2)
    hub.hears(futian.says(*told_of(futian, PEOPLE)), luohu.says(*told_of(luohu, PEOPLE[:6])))
    hub.hears(luohu.says(*told_of(luohu, PEOPLE[:3], versions=both, version=2)))
    hub.hears(luohu.says(*told_of(luohu, PEOPLE[6:], versions=both)), nanshan.says(*told_of(nanshan, PEOPLE, versions=both)))
    assert partition(hub) == everybody_of(futian, luohu, nanshan)
    assert shares(hub) == {"futian": 0.0, "luohu": 0.75, "nanshan": 1.0}

    with pytest.raises(StateForbids, match=r"futian \(12 of 12\), luohu \(3 of 12\)"):
        retire(hub, 1)
    hub.hears(futian.says(*told_of(futian, PEOPLE, versions=both, version=2)))
    hub.hears(luohu.says(*told_of(luohu, PEOPLE[3:6], versions=both, version=2)))
    assert set(shares(hub).values()) == {1.0}
    assert retire(hub, 1) == 36
    # Some go on sending both until their settings follow.
    hub.hears(yantian.says(*told_of(yantian, PEOPLE, versions=both)))
    hub.hears(futian.says(*told_of(futian, PEOPLE[:2], versions=(2,), version=3)))
    assert partition(hub) == everybody_of(futian, luohu, nanshan, yantian)
    assert {row.key_version for row in hub.rows(RegistrationDocument)} == {2}


def test_a_key_ends_before_every_token_is_renewed_only_for_a_reason(hub: Hub) -> None:
    futian, luohu = hub.enrol("futian", "luohu")
    hub.hears(futian.says(*told_of(futian, PEOPLE)))
    with pytest.raises(StateForbids, match="newer key"):
        retire(hub, 1, reason="in a hurry")
    hub.hears(luohu.says(*told_of(luohu, PEOPLE, versions=(1, 2))))
    with pytest.raises(ReasonMissing):
        retire(hub, 1, reason=" ")
    retire(hub, 1, reason="the numbers are not stored there")
    assert partition(hub) == everybody_of(futian, luohu)
    with pytest.raises(StateForbids, match="ended already"):
        retire(hub, 1)


def test_both_keys_are_exchanged_at_once(hub: Hub) -> None:
    futian, luohu, nanshan = hub.enrol("futian", "luohu", "nanshan")
    hub.hears(futian.says(*told_of(futian, PEOPLE)))
    newer = with_one_key_more(hub)
    rewrap(newer)
    newer.hears(futian.says(*told_of(futian, PEOPLE[:6], versions=(1, 2), version=2)), luohu.says(*told_of(luohu, PEOPLE)))
    rewrap_all(newer)
    newer.hears(
        futian.says(*told_of(futian, PEOPLE[6:], versions=(1, 2), version=2)),
        luohu.says(*told_of(luohu, PEOPLE, versions=(1, 2), version=2)),
    )
    retire(newer, 1)
    newer.hears(nanshan.says(*told_of(nanshan, PEOPLE, versions=(2,))))
    assert partition(newer) == everybody_of(futian, luohu, nanshan)


def reseal_all(hub: Hub, cipher: FieldCipher, *, limit: int = 5) -> int:
    """Brings everything under the first key, in chunks; how much was under another."""
    done = 0
    for stock in STOCKS:
        after = None
        with hub.sessions() as session:
            while chunk := stock.reseal(session, cipher, after=after, limit=limit):
                session.commit()
                after, done = chunk.last, done + chunk.resealed
    return done


def test_personal_data_comes_under_a_new_key_and_the_old_one_opens_nothing(hub: Hub) -> None:
    futian, luohu = hub.enrol("futian", "luohu")
    hub.hears(
        futian.says(*told_of(futian, PEOPLE)),
        luohu.says(*told_of(futian, PEOPLE[:3])),
        District("futian").says(registration("forged")),
    )
    new = Fernet.generate_key()
    both, newest = FieldCipher([new, *_field_keys()]), FieldCipher([new])
    # What was begun is not done again.
    with hub.sessions.begin() as session:
        persons = next(stock for stock in STOCKS if stock.name == "persons")
        started = persons.reseal(session, both, after=None, limit=5)
    assert started is not None
    rest = reseal_all(hub, both)
    assert rest > 0
    assert reseal_all(hub, both) == 0
    settings = dataclasses.replace(hub.settings, field_cipher=newest)
    restarted = Hub(settings, hub.sessions, open_inbox(settings, now=lambda: AT))
    assert {unseal(row.person, newest).name for row in restarted.rows(Registration)} == {"王小明"}
    assert all(newest.is_newest(row.line) for row in restarted.rows(ParkedRecord))
    with restarted.sessions.begin() as session:
        assert restarted.inbox.retry(session, streams.up(luohu.code)) == 0


def rotations(hub: Hub) -> list[dict[str, object]]:
    """What the history says of keys."""
    return [json.loads(event.body) for event in hub.rows(IdentityEvent) if event.type is IdentityEventType.KEY_ROTATED]


def _field_keys() -> list[str]:
    return os.environ["BANYAN_FIELD_KEYS"].split(",")


def test_a_gender_that_stands_in_clear_is_sealed_with_the_rest(hub: Hub) -> None:
    [futian] = hub.enrol("futian")
    hub.hears(futian.says(registration("1", phone="13800138000"), registration("2")))
    with hub.sessions.begin() as session:
        session.execute(text("UPDATE registration SET gender = 'M' WHERE registration_id = '1'"))
    reseal_all(hub, field_cipher(",".join(_field_keys())))
    genders = [(row.gender, unseal(row.person, hub.settings.field_cipher).gender) for row in hub.rows(Registration)]
    assert genders == [(None, "M"), (None, "F")]


def run(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "200"}).invoke(main, arguments)


@pytest.fixture
def more_keys(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Puts a new key into a setting of the environment, before or behind those that are there."""

    def put(name: str, form: str) -> None:
        key = Fernet.generate_key().decode() if "FIELD" in name else b64encode(os.urandom(32)).decode()
        monkeypatch.setenv(name, form.format(old=os.environ[name], new=key))

    return put


def test_an_operator_rotates_with_a_command_and_again_for_nothing(hub: Hub, more_keys: Callable[[str, str], None]) -> None:
    [futian] = hub.enrol("futian")
    hub.hears(futian.says(*told_of(futian, PEOPLE)))
    more_keys("BANYAN_HUB_TOKEN_KEY", "{old},{new}")
    more_keys("BANYAN_FIELD_KEYS", "{new},{old}")
    for _ in range(2):
        rotated = run("keys", "token", "rotate")
        assert (rotated.exit_code, rotated.output.splitlines()[-1]) == (
            0,
            "Every document token is under the hub's key of version 2.",
        )
    assert hub.asked(count_older, 2) == 0
    assert run("keys", "field", "rotate").output.splitlines()[-1].startswith("13 came under the first key")
    assert run("keys", "field", "rotate").output.splitlines()[-1].startswith("0 came under the first key")
    assert rotations(hub) == [
        {"key": "hub_token", "version": 2, "rewrapped": 12},
        {"key": "field", "resealed": 13},
    ]
    assert hub.asked(verify).differences == ()


def test_an_operator_sees_how_far_the_districts_are(hub: Hub) -> None:
    futian, luohu = hub.enrol("futian", "luohu")
    hub.hears(futian.says(*told_of(futian, PEOPLE)), luohu.says(*told_of(luohu, PEOPLE, versions=(1, 2))))
    shown = [line.split() for line in run("keys", "federation", "status").output.splitlines() if "%" in line]
    assert [[cell for cell in line if cell != "│"] for line in shown] == [
        ["futian", "2", "12", "0", "0.0%"],
        ["luohu", "2", "12", "12", "100.0%"],
    ]
    refused = run("keys", "federation", "retire", "1")
    assert refused.exit_code == 1
    assert "futian (12 of 12)" in " ".join(refused.stderr.replace("│", " ").split())
    assert run("keys", "federation", "retire", "1", "--force").exit_code == 2
    assert run("keys", "federation", "retire", "1", "--force", "--reason", "not stored").exit_code == 0
    assert rotations(hub) == [{"key": "federation_token", "retired": 1, "forgotten": 24, "reason": "not stored"}]
