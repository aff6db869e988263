"""Does the hub come to know where a district's pages are, and the district by what the hub knows it?"""

import itertools
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.fernet import Fernet

from sync.contracts.relying_parties import RELYING_PARTY_REGISTERED, RegisteredState
from sync.databases.resealing import FieldCipher
from sync.mailbox.facts import Fact, read_fact
from tenants.cli import main
from tenants.errors import NotPrepared
from tenants.sso.commands import STOCKS
from tenants.sso.following import follow_provider, restore_relying_party
from tenants.sso.models import Identity, LocalSession, RelyingParty
from tenants.sso.sessions import begin_hub_session, hint_of
from tenants.sso.setting_up import key_of, set_up
from tests.support.asking import fact
from tests.support.district import NOW, District, district_environment


def at(district: District, address: str) -> District:
    """The district with its pages there."""
    return replace(district, settings=replace(district.settings, public_url=address))


def told(district: District) -> list[dict[str, str]]:
    return [data for event, data in district.said() if event.type == "relying_party.announced.v1"]


def announce(district: District, **how: bool) -> RelyingParty:
    party = set_up(district.session, district.settings, **how)
    district.session.commit()
    return party


def test_without_an_address_there_is_nothing_to_tell(district: District) -> None:
    with pytest.raises(NotPrepared, match="BANYAN_PUBLIC_URL"):
        set_up(district.session, district.settings)


def test_the_hub_is_told_once_and_again_after_each_change(district: District) -> None:
    here, there = at(district, "https://futian.example"), at(district, "https://elsewhere.example")
    first = key_of(announce(here), here.settings).thumbprint()
    announce(here)
    announce(there)
    assert key_of(announce(there, again=True), there.settings).thumbprint() == first
    assert key_of(announce(there, new_key=True), there.settings).thumbprint() != first
    assert [said["public_url"] for said in told(district)] == ["https://futian.example", *["https://elsewhere.example"] * 3]
    assert all("d" not in said["key"] for said in told(district))


def test_what_was_lost_is_said_in_a_newer_version(district: District) -> None:
    here = at(district, "https://futian.example")
    announce(here)
    [(event, _)] = [said for said in district.said() if said[0].type == "relying_party.announced.v1"]
    district.session.delete(district.session.get_one(RelyingParty, "futian"))
    district.session.commit()
    restore_relying_party(district.session, "futian", [read_fact(event)])
    announce(here)
    versions = [event.recordversion for event, _ in district.said() if event.type == "relying_party.announced.v1"]
    assert versions == [1, 2]


def registered(issuer: str, *, version: int, epoch: int = 1) -> Fact:
    state = RegisteredState(issuer=issuer, client_id="district:futian")
    return fact(RELYING_PARTY_REGISTERED, "futian", state, version=version, epoch=epoch)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_the_newest_word_of_the_hub_stands(district: District, order: tuple[int, ...]) -> None:
    announce(at(district, "https://futian.example"))
    words = [
        registered("https://a", version=1),
        registered("https://b", version=2),
        registered("https://c", version=1, epoch=2),
    ]
    for index in order:
        follow_provider(district.session, "futian", [words[index]])
    assert district.session.get_one(RelyingParty, "futian").issuer == "https://c"


def test_a_word_of_the_hub_that_nobody_asked_for_changes_nothing(district: District) -> None:
    follow_provider(district.session, "futian", [registered("https://a", version=1)])
    assert district.session.get(RelyingParty, "futian") is None


def test_what_the_hub_handed_out_comes_under_a_new_field_key(district: District) -> None:
    old, new = Fernet.generate_key(), Fernet.generate_key()
    settings = replace(district.settings, field_cipher=FieldCipher([old]), public_url="https://futian.example")
    set_up(district.session, settings)
    who = Identity(subject="s", sid="i", name="李敏", assurance=1, authenticated_at=NOW)
    begin_hub_session(district.session, who, id_token="the token", refresh_token="another", settings=settings, at=NOW)
    district.session.commit()
    for stock in STOCKS:
        assert stock.reseal(district.session, FieldCipher([new, old]), after=None, limit=9)
    district.session.commit()
    newest = replace(settings, field_cipher=FieldCipher([new]))
    [held] = district.session.query(LocalSession)
    district.session.refresh(held)
    assert hint_of(held, newest) == "the token"
    assert key_of(district.session.get_one(RelyingParty, "futian"), newest).is_private


@pytest.fixture
def operator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in district_environment(tmp_path).items():
        monkeypatch.setenv(name, value)


def run(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "200"}).invoke(main, arguments)


@pytest.mark.usefixtures("operator")
def test_an_operator_sets_it_up_and_looks_at_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("setup").exit_code == 0
    assert "Set BANYAN_PUBLIC_URL" in run("sign-in", "set-up").output
    monkeypatch.setenv("BANYAN_PUBLIC_URL", "https://nanshan.example")
    assert "The hub is told of https://nanshan.example." in run("sign-in", "set-up").output
    assert "Account" in run("sign-in", "log").output
