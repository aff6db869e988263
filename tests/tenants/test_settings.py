"""Does a district's program say all that is wrong with its settings, at once?"""

import os
import shlex
from base64 import b64encode
from pathlib import Path

import pytest

from sync.joining.enrolment import BusAccess, Enrolment, public_members
from sync.messages import signing
from sync.settings import LANGUAGES, SettingsInvalid
from tenants.joining.writing import ENVIRONMENT_FILE, SettingsFolder
from tenants.settings import read_settings
from tests.support.district import district_environment


@pytest.fixture(autouse=True)
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings with which nothing is wrong."""
    for name, value in district_environment(tmp_path).items():
        monkeypatch.setenv(name, value)


def refused(monkeypatch: pytest.MonkeyPatch, **settings: str) -> str:
    for name, value in settings.items():
        monkeypatch.setenv(f"BANYAN_{name}", value)
    with pytest.raises(SettingsInvalid) as refusal:
        read_settings()
    return str(refusal.value)


def test_what_is_wrong_is_said_together(monkeypatch: pytest.MonkeyPatch) -> None:
    told = refused(monkeypatch, DISTRICT="Nan Shan", DISTRICT_NAME=" ", LANGUAGE="zh", TIME_ZONE="Peking", FIELD_KEYS="x")
    for name in ("DISTRICT", "DISTRICT_NAME", "LANGUAGE", "TIME_ZONE", "FIELD_KEYS"):
        assert f"  BANYAN_{name}: " in told


@pytest.mark.parametrize("minutes", ["4", "721", "soon"])
def test_how_long_a_sign_in_counts_before_something_grave_has_limits(monkeypatch: pytest.MonkeyPatch, minutes: str) -> None:
    assert read_settings().recent_minutes == 15
    assert "  BANYAN_RECENT_MINUTES: " in refused(monkeypatch, RECENT_MINUTES=minutes)


@pytest.mark.parametrize("following", [None, bytes(range(1, 33))], ids=["one key", "and the next"])
def test_the_federations_keys_come_as_the_hub_handed_them_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, following: bytes | None
) -> None:
    given = Enrolment(
        district="nanshan",
        key_id="key",
        name="南山区",
        region_code="440305",
        hub_key=public_members(signing.generate_key()),
        bus=BusAccess(url="sqla+sqlite:////nowhere/bus.db"),
        token_key=b64encode(bytes(range(32))).decode(),
        token_key_version=3,
        next_token_key=b64encode(following).decode() if following else None,
    )
    folder = SettingsFolder(tmp_path / "nanshan")
    folder.signing_key()
    folder.write(given, database_url=None)
    for name in [name for name in os.environ if name.startswith("BANYAN_")]:
        monkeypatch.delenv(name)
    for line in (tmp_path / "nanshan" / ENVIRONMENT_FILE).read_text().splitlines():
        name, _, value = line.partition("=")
        monkeypatch.setenv(name, shlex.split(value)[0])
    assert read_settings().token_keys == {3: bytes(range(32))} | ({4: following} if following else {})


@pytest.mark.parametrize("code", ["", "n", "Nanshan", "南山", "nan/shan", "1nanshan", "n" * 41, "hub"])
def test_a_code_that_the_hub_would_not_enrol_is_refused(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    assert "small letters, digits and dashes" in refused(monkeypatch, DISTRICT=code)


@pytest.mark.parametrize("language", ["", "zh", "de", "en_GB"])
def test_a_language_that_no_page_speaks_is_refused(monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    assert "zh_Hans and en" in refused(monkeypatch, LANGUAGE=language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_of_the_pages_can_be_the_first(monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    monkeypatch.setenv("BANYAN_LANGUAGE", language)
    assert read_settings().language == language


def test_a_name_that_the_root_could_not_bear_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "120 characters" in refused(monkeypatch, DISTRICT_NAME="南" * 121)


def test_cookies_of_pages_behind_https_have_to_be_secure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BANYAN_PUBLIC_URL", "https://futian.example")
    assert read_settings().secure_cookies
    assert "cookies of https://futian.example have to be secure" in refused(monkeypatch, SECURE_COOKIES="false")
    assert "neither true nor false" in refused(monkeypatch, SECURE_COOKIES="perhaps")


@pytest.mark.parametrize("address", ["http://futian.localhost:8001", "http://localhost:8001", "http://127.0.0.1:8001"])
def test_a_try_out_on_this_very_machine_needs_no_https(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("BANYAN_PUBLIC_URL", address)
    monkeypatch.setenv("BANYAN_SECURE_COOKIES", "false")
    assert (read_settings().public_url, read_settings().secure_cookies) == (address, False)


@pytest.mark.parametrize("address", ["http://futian.example", "http://localhost.example", "http://evil-localhost"])
def test_without_https_pages_are_nowhere_else(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    assert "BANYAN_PUBLIC_URL" in refused(monkeypatch, PUBLIC_URL=address)
