"""Who comes in with an invitation, and who does not?"""

import dataclasses
from base64 import b64decode
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from federation.directory import inviting
from federation.directory.admitting import admit
from federation.directory.bus_accounts import accounts
from federation.directory.models import District as Enrolled
from federation.directory.models import Invitation as Used
from federation.errors import AlreadyEnrolled, Invalid, InvitationRefused, NotFound, NotPrepared, StateForbids
from federation.settings import JoiningSettings
from sync.joining.enrolment import Enrolment, EnrolmentRequest, public_members
from sync.joining.invitation import Invitation
from sync.messages import signing
from tests.hub.peers import AT, District, Hub, hours

BUS = "amqps://bus.example:5671//"


@pytest.fixture
def hub(hub: Hub) -> Hub:
    """A hub with everything that it hands out."""
    joining = JoiningSettings(hub_url="https://hub.example", bus_url=BUS, token_key=bytes(range(32)), token_key_version=3)
    return dataclasses.replace(hub, settings=dataclasses.replace(hub.settings, joining=joining))


def invite(hub: Hub, code: str = "nanshan", *, at: datetime = AT, days: int = 7) -> Invitation:
    with hub.sessions.begin() as session:
        return inviting.invite(
            session,
            code,
            name="南山区",
            region_code="440305",
            settings=hub.settings,
            by="operator",
            at=at,
            lifetime=timedelta(days=days),
        )


def join(hub: Hub, invitation: Invitation, district: District, *, at: datetime = AT) -> Enrolment:
    request = EnrolmentRequest(
        district=invitation.district,
        secret=invitation.secret,
        hub_key_id=invitation.hub_key_id,
        key=public_members(district.key),
    )
    key = signing.read_key(signing.public_jwk(district.key))
    with hub.sessions.begin() as session:
        return admit(session, request, key, settings=hub.settings, inbox=hub.inbox, at=at)


def test_who_joins_while_the_federation_goes_over_to_another_key_gets_both(hub: Hub) -> None:
    joining = dataclasses.replace(hub.settings.joining, next_token_key=bytes(range(1, 33)))
    hub = dataclasses.replace(hub, settings=dataclasses.replace(hub.settings, joining=joining))
    given = join(hub, invite(hub), District("nanshan"))
    assert given.token_key_version == 3
    assert [b64decode(key or "") for key in (given.token_key, given.next_token_key)] == [bytes(range(32)), bytes(range(1, 33))]


def open_codes(hub: Hub, *, at: datetime = AT) -> list[str]:
    return [invitation.district for invitation in hub.asked(inviting.open_invitations, at=at)]


def test_who_is_invited_gets_what_it_needs_and_is_heard(hub: Hub) -> None:
    nanshan = District("nanshan")
    given = join(hub, invite(hub), nanshan)
    assert (given.district, given.name, given.region_code) == ("nanshan", "南山区", "440305")
    assert b64decode(given.token_key) == hub.settings.joining.token_key
    assert given.token_key_version == 3
    assert given.hub_key == public_members(hub.settings.wire.signing_key)
    assert given.bus.url == BUS
    assert given.bus.account == "banyan.district.nanshan"
    assert hub.hears(nanshan.says(hours("e1"))) is not None
    assert open_codes(hub) == []


def test_the_password_is_the_one_that_the_broker_is_told(hub: Hub) -> None:
    given = join(hub, invite(hub), District("nanshan"))
    [account] = hub.asked(accounts, cipher=hub.settings.field_cipher)
    assert (account.party, account.password) == ("nanshan", given.bus.password)


def test_no_account_is_made_for_a_bus_without_accounts(hub: Hub) -> None:
    joining = dataclasses.replace(hub.settings.joining, bus_url="sqla+sqlite:////var/bus.db")
    hub = dataclasses.replace(hub, settings=dataclasses.replace(hub.settings, joining=joining))
    given = join(hub, invite(hub), District("nanshan"))
    assert (given.bus.url, given.bus.account, given.bus.password) == ("sqla+sqlite:////var/bus.db", None, None)


def test_an_answer_that_was_lost_is_given_again_to_the_same_key(hub: Hub) -> None:
    invitation, nanshan = invite(hub), District("nanshan")
    assert join(hub, invitation, nanshan) == join(hub, invitation, nanshan, at=AT + timedelta(days=6))
    assert len(hub.rows(Enrolled)) == 1


def refusals() -> list[tuple[str, Callable[[Hub, Invitation], Invitation], str]]:
    def used(hub: Hub, invitation: Invitation) -> Invitation:
        join(hub, invitation, District("nanshan"))
        return invitation

    def withdrawn(hub: Hub, invitation: Invitation) -> Invitation:
        with hub.sessions.begin() as session:
            inviting.withdraw(session, "nanshan", at=AT)
        return invitation

    def followed_by_another(hub: Hub, invitation: Invitation) -> Invitation:
        invite(hub)
        return invitation

    def expired(hub: Hub, _: Invitation) -> Invitation:
        return invite(hub, at=AT - timedelta(days=7))

    return [
        ("used", used, "used with another key"),
        ("withdrawn", withdrawn, "withdrawn"),
        ("followed by another", followed_by_another, "withdrawn"),
        ("expired", expired, "expired"),
        ("wrong code", lambda _, one: dataclasses.replace(one, district="luohu"), "No such invitation of luohu"),
        ("wrong secret", lambda _, one: dataclasses.replace(one, secret="guessed"), "No such invitation"),
        ("wrong hub", lambda _, one: dataclasses.replace(one, hub_key_id="of another"), "another hub"),
    ]


@pytest.mark.parametrize(("spoil", "sentence"), [pytest.param(spoil, said, id=name) for name, spoil, said in refusals()])
def test_nobody_else_comes_in(hub: Hub, spoil: Callable[[Hub, Invitation], Invitation], sentence: str) -> None:
    invitation = spoil(hub, invite(hub))
    enrolled = len(hub.rows(Enrolled))
    with pytest.raises(InvitationRefused, match=sentence):
        join(hub, invitation, District("nanshan"))
    assert len(hub.rows(Enrolled)) == enrolled


def test_what_cannot_be_invited_is_refused(hub: Hub) -> None:
    hub.enrol("nanshan")
    with pytest.raises(AlreadyEnrolled):
        invite(hub)
    with pytest.raises(Invalid):
        invite(hub, "Nanshan District")


def test_a_code_that_somebody_else_took_meanwhile_is_not_given_away(hub: Hub) -> None:
    invitation = invite(hub)
    hub.enrol("nanshan")
    with pytest.raises(AlreadyEnrolled):
        join(hub, invitation, District("nanshan"))


def test_only_an_open_invitation_is_withdrawn(hub: Hub) -> None:
    invitation = invite(hub)
    assert open_codes(hub) == ["nanshan"]
    assert open_codes(hub, at=AT + timedelta(days=8)) == []
    join(hub, invitation, District("nanshan"))
    with hub.sessions() as session, pytest.raises(NotFound):
        inviting.withdraw(session, "nanshan", at=AT)


def test_an_invitation_that_was_used_stays_used(hub: Hub) -> None:
    join(hub, invite(hub), District("nanshan"))
    [used] = hub.rows(Used)
    with pytest.raises(StateForbids, match="suspend"):
        used.withdraw(at=AT)


def test_settings_that_are_missing_are_named_together(hub: Hub) -> None:
    hub = dataclasses.replace(hub, settings=dataclasses.replace(hub.settings, joining=JoiningSettings()))
    with pytest.raises(NotPrepared) as refusal:
        invite(hub)
    for name in ("BANYAN_PUBLIC_URL", "BANYAN_DISTRICT_BUS_URL", "BANYAN_TOKEN_KEY"):
        assert name in str(refusal.value)


def test_neither_the_secret_nor_the_password_is_kept_in_clear(hub: Hub) -> None:
    invitation = invite(hub)
    given = join(hub, invitation, District("nanshan"))
    with hub.sessions() as session:
        queries = (text("SELECT * FROM invitation"), text("SELECT * FROM bus_account"))
        kept = "".join(str(session.execute(query).all()) for query in queries)
    assert given.bus.password
    assert invitation.secret not in kept
    assert given.bus.password not in kept
    assert invitation.secret not in repr(invitation)
