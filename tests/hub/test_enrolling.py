"""Who may speak to the hub, and for whom?"""

from datetime import timedelta

import pytest
from sqlalchemy import text

from federation.directory.enrolling import enrol
from federation.directory.keys import DistrictKeys
from federation.directory.models import District as Enrolled
from federation.directory.models import DistrictKey
from federation.errors import AlreadyEnrolled, FederationError, Invalid
from federation.ledger.models import LedgerEntry
from federation.mailbox import QuarantinedMessage
from sync import streams
from sync.addresses import account_name
from sync.mailbox.inbox import Reply
from sync.messages import signing
from sync.messages.beacon import Position, Verdict
from tests.hub.peers import AT, District, Hub, hours


def test_an_enrolled_district_is_heard_and_answered(hub: Hub) -> None:
    [futian] = hub.enrol("futian")
    answer = hub.hears(futian.says(hours("e1")))
    assert isinstance(answer, Position)
    assert (answer.sequence, answer.verdict) == (1, Verdict.APPLIED)


def test_a_stranger_is_not_heard(hub: Hub) -> None:
    hub.enrol("futian")
    assert hub.hears(District("futian").says(hours("e1")), District("luohu").says(hours("e1"))) is None
    assert hub.rows(LedgerEntry) == []
    assert {message.code for message in hub.rows(QuarantinedMessage)} == {"unknown_key"}


def test_a_district_cannot_speak_for_another(hub: Hub) -> None:
    futian, luohu = hub.enrol("futian", "luohu")
    forger = District("futian")
    forger.key = luohu.key
    assert hub.hears(forger.says(hours("e1"))) is None
    assert hub.hears(futian.says(hours("e1"))) is not None


def test_what_a_district_said_is_not_taken_from_the_account_of_another(hub: Hub) -> None:
    [futian] = hub.enrol("futian")
    said = futian.says(hours("e1"))

    def hears_from(account: str) -> Reply | None:
        with hub.sessions.begin() as session:
            return hub.inbox.receive(session, said, receiver=streams.HUB, keys=DistrictKeys, at=AT, account=account)

    assert hears_from(account_name("luohu")) is None
    assert [message.code for message in hub.rows(QuarantinedMessage)] == ["wrong_sender"]
    assert hears_from(account_name("futian")) is not None


def test_a_code_belongs_to_the_key_that_it_was_enrolled_with(hub: Hub) -> None:
    hub.enrol("futian")
    with pytest.raises(AlreadyEnrolled):
        hub.enrol("futian")


@pytest.mark.parametrize(
    ("code", "region_code", "name", "field"),
    [
        ("hub", "440304", "Futian", "code"),
        ("Futian", "440304", "Futian", "code"),
        ("futian/up", "440304", "Futian", "code"),
        ("futian", "4403", "Futian", "region"),
        ("futian", "440304", "  ", "name"),
    ],
)
def test_what_cannot_be_a_district_is_refused(hub: Hub, code: str, region_code: str, name: str, field: str) -> None:
    with hub.sessions() as session, pytest.raises(Invalid) as refusal:
        enrol(session, code, name=name, region_code=region_code, key=signing.generate_key(), inbox=hub.inbox, at=AT)
    assert refusal.value.field == field
    assert isinstance(refusal.value, FederationError)
    assert hub.rows(Enrolled) == []


def test_a_key_counts_in_its_time_only(hub: Hub) -> None:
    [futian] = hub.enrol("futian")
    key_id = str(futian.key.kid)
    with hub.sessions.begin() as session:
        keys = DistrictKeys(session)
        assert keys.public_key(sender="futian", key_id=key_id, at=AT) is not None
        assert keys.public_key(sender="futian", key_id=key_id, at=AT - timedelta(seconds=1)) is None
        assert keys.public_key(sender="luohu", key_id=key_id, at=AT) is None
        session.get_one(DistrictKey, ("futian", key_id)).not_after = AT + timedelta(days=1)
        assert keys.public_key(sender="futian", key_id=key_id, at=AT) is not None
        assert keys.public_key(sender="futian", key_id=key_id, at=AT + timedelta(days=1)) is None


def test_a_new_key_counts_at_once_beside_the_old(hub: Hub) -> None:
    [futian] = hub.enrol("futian")
    hub.hears(futian.says(hours("e1")))
    new = signing.generate_key()
    with hub.sessions.begin() as session:
        session.add(DistrictKey(district="futian", key_id=str(new.kid), jwk=signing.public_jwk(new), not_before=AT))
    said_with_old = futian.says(hours("e2"))
    futian.key = new
    hub.hears(said_with_old, futian.says(hours("e3")))
    assert len(hub.rows(LedgerEntry)) == 3


def test_no_private_key_is_kept(hub: Hub) -> None:
    [futian] = hub.enrol("futian")
    private = signing.private_jwk(futian.key).decode().partition('"d": "')[2].partition('"')[0]
    assert private
    with hub.sessions() as session:
        assert private not in str(session.execute(text("SELECT jwk FROM district_key")).all())
