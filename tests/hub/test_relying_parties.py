"""What follows when a district says where its pages are, and when people open registrations there?"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest
from joserfc.jwk import ECKey

from federation.accounts.models import Account, AccountSession, Method
from federation.accounts.sessions import begin_session
from federation.clients.models import Client
from federation.directory.taking_part import leave
from federation.identity.models import Link, LinkReason, PersonTotal, Volunteer
from federation.identity.stewarding.verifying import verify
from federation.identity.volunteer_ids import draw
from federation.mailbox import ParkedRecord
from federation.settings import Settings
from federation.sso.models import ClientSession
from sync.contracts.relying_parties import RELYING_PARTY_ANNOUNCED, ClientKey, RelyingPartyState
from tests.hub.peers import AT, District, Hub, Told, registration
from tests.support.hub import hub_of

KEY = ECKey.generate_key("P-256")


@pytest.fixture
def hub(settings: Settings) -> Iterator[Hub]:
    """A hub that people find."""
    found = replace(settings, joining=replace(settings.joining, hub_url="https://hub.example"))
    with hub_of(found) as hub:
        yield hub


def announced(public_url: str = "https://luohu.example", version: int = 1) -> Told:
    key = msgspec.convert(KEY.as_dict(private=False), ClientKey)
    state = RelyingPartyState(public_url=public_url, key=key)
    return Told(RELYING_PARTY_ANNOUNCED, "luohu", version, state)


def told(hub: Hub, district: District) -> list[dict[str, str]]:
    events = hub.said_to(district)
    return [msgspec.json.decode(event.data) for event in events if event.type == "relying_party.registered.v1"]


def test_a_district_that_says_where_its_pages_are_becomes_a_client(hub: Hub) -> None:
    [luohu] = hub.enrol("luohu")
    hub.hears(luohu.says(announced()))
    [client] = hub.rows(Client)
    assert (client.client_id, client.district, client.name) == ("district:luohu", "luohu", "Luohu")
    assert client.redirect_uris == ["https://luohu.example/sign-in/callback"]
    assert client.backchannel_logout_uri == "https://luohu.example/sign-in/back-channel-logout"
    assert [key["kid"] for key in client.jwks["keys"]] == [KEY.thumbprint()]
    assert told(hub, luohu) == [{"issuer": "https://hub.example", "client_id": "district:luohu"}]


def test_a_district_that_has_moved_says_so_and_is_answered_again(hub: Hub) -> None:
    [luohu] = hub.enrol("luohu")
    hub.hears(luohu.says(announced()), luohu.says(announced("https://volunteers.luohu.example", version=2)))
    [client] = hub.rows(Client)
    assert client.post_logout_redirect_uris == ["https://volunteers.luohu.example/signed-out"]
    assert len(told(hub, luohu)) == 2


def test_nobody_is_signed_in_any_more_at_a_district_that_has_left(hub: Hub) -> None:
    [luohu] = hub.enrol("luohu")
    hub.hears(luohu.says(announced()))
    with hub.sessions.begin() as session:
        leave(session, "luohu", reason="合并", by="root", at=AT, unfinished=True)
    [client] = hub.rows(Client)
    assert client.disabled_at == AT


@pytest.mark.parametrize("address", ["http://luohu.example", "https://luohu.example/#", "javascript:alert(1)", "https://"])
def test_nobody_is_sent_to_an_address_that_is_none(hub: Hub, address: str) -> None:
    [luohu] = hub.enrol("luohu")
    hub.hears(luohu.says(announced(address)))
    assert hub.rows(Client) == []
    assert len(hub.rows(ParkedRecord)) == 1


def person(hub: Hub, volunteer_id: str, *, at_client: str | None = "district:luohu") -> str:
    """Somebody with this ID who was signed in at a client; gives by what the hub knows them."""
    with hub.sessions.begin() as session:
        account = Account(
            username="someone",
            name="王小明",
            password_hash="",
            must_change_password=False,
            created_at=AT,
            volunteer_id=volunteer_id,
        )
        session.add(account)
        begin_session(session, account, methods=[Method.PASSWORD], address="", user_agent="", at=datetime.now(UTC))
        session.flush()
        if at_client:
            held = session.query(AccountSession).one()
            session.add(ClientSession(account_session_id=held.id, client_id=at_client, began_at=AT))
        return str(account.id)


def opened(key: str, subject: str) -> Told:
    said = registration(key, name="完全不同", birth_date=None)
    return replace(said, data=msgspec.structs.replace(said.data, subject=subject))


def known_at_futian(hub: Hub) -> tuple[District, District, str]:
    """Two districts, and the ID of whom the first one knows."""
    futian, luohu = hub.enrol("futian", "luohu")
    hub.hears(luohu.says(announced()), futian.says(registration("r1")))
    [link] = hub.rows(Link)
    return futian, luohu, link.volunteer_id


def test_a_registration_that_somebody_opened_signed_in_is_theirs(hub: Hub) -> None:
    _, luohu, volunteer_id = known_at_futian(hub)
    subject = person(hub, volunteer_id)
    hub.hears(luohu.says(opened("r2", subject)))
    link = next(link for link in hub.rows(Link) if link.registration_id == "r2")
    assert (link.volunteer_id, link.reason, link.verified) == (volunteer_id, LinkReason.SIGN_IN, True)
    assert [volunteer.volunteer_id for volunteer in hub.rows(Volunteer)] == [volunteer_id]
    assert hub.asked(verify).differences == ()


def test_the_first_registration_of_somebody_who_signed_up_gets_the_id_of_their_account(hub: Hub) -> None:
    _, luohu, _ = known_at_futian(hub)
    promised = draw("44")
    subject = person(hub, promised)
    hub.hears(luohu.says(opened("r2", subject), opened("r3", subject)))
    assert {link.registration_id for link in hub.rows(Link) if link.volunteer_id == promised} == {"r2", "r3"}
    assert [total.persons for total in hub.rows(PersonTotal)] == [1, 1]
    assert hub.asked(verify).differences == ()


def test_it_is_theirs_also_where_others_wait_for_a_steward_s_command(settings: Settings) -> None:
    waits = replace(settings, links_on_arrival=False, joining=replace(settings.joining, hub_url="https://hub.example"))
    with hub_of(waits) as hub:
        futian, luohu = hub.enrol("futian", "luohu")
        hub.hears(luohu.says(announced()))
        subject = person(hub, "44012345678912")
        hub.hears(luohu.says(opened("r2", subject)), futian.says(registration("r1")))
        assert {link.registration_id for link in hub.rows(Link)} == {"r2"}


@pytest.mark.parametrize("at_client", [None, "app:other"])
def test_a_district_s_word_is_not_enough_for_whom_the_hub_never_signed_in_there(hub: Hub, at_client: str | None) -> None:
    _, luohu, volunteer_id = known_at_futian(hub)
    with hub.sessions.begin() as session:
        known = session.get_one(Client, "district:luohu")
        usual = {column.name: getattr(known, column.name) for column in Client.__table__.columns}
        session.add(Client(**(usual | {"client_id": "app:other", "district": None})))
    subject = person(hub, volunteer_id, at_client=at_client)
    hub.hears(luohu.says(opened("r2", subject)), luohu.says(opened("r3", "no such person")))
    assert {link.registration_id for link in hub.rows(Link) if link.volunteer_id == volunteer_id} == {"r1"}
    assert all(link.reason is not LinkReason.SIGN_IN for link in hub.rows(Link))
