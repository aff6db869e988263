"""Are security events kept as long as the settings say, and no longer?"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner

from federation.accounts.models import SecurityEvent, SecurityEventKind
from federation.accounts.security_events import note
from federation.cli import PROGRAM, main
from federation.settings import Settings, read_settings
from sync.settings import SettingsInvalid
from tests.hub.peers import Hub


def happened(hub: Hub, *days_ago: float) -> None:
    with hub.sessions.begin() as session:
        for days in days_ago:
            at = datetime.now(UTC) - timedelta(days=days)
            note(session, SecurityEventKind.SIGNED_IN, account=None, at=at, address=f"203.0.113.{days:.0f}"[:15])


def tidy_up(hub: Hub, settings: Settings) -> None:
    """What the hub's `sync` does once an hour."""
    participant = PROGRAM.participant(settings, hub.sessions)
    assert participant.tidy
    with hub.sessions.begin() as session:
        participant.tidy(session)
    for errand in participant.errands:
        errand.close()


def days_of(hub: Hub) -> list[int]:
    return sorted((datetime.now(UTC) - event.at).days for event in hub.rows(SecurityEvent))


def test_what_is_older_than_two_years_is_let_go_and_nothing_else(hub: Hub) -> None:
    happened(hub, 1, 729, 731, 2000)
    tidy_up(hub, hub.settings)
    assert days_of(hub) == [1, 729]
    tidy_up(hub, replace(hub.settings, security_days=400))
    assert days_of(hub) == [1]


@pytest.mark.usefixtures("hub")
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_less_than_half_a_year_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BANYAN_SECURITY_DAYS", "184")
    assert read_settings().security_days == 184
    monkeypatch.setenv("BANYAN_SECURITY_DAYS", "183")
    with pytest.raises(SettingsInvalid, match="BANYAN_SECURITY_DAYS"):
        read_settings()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_operator_sees_as_far_back_as_is_asked_for(hub: Hub) -> None:
    happened(hub, 3, 30)
    week, quarter = (CliRunner().invoke(main, ["security-log", "--days", days]).output for days in ("7", "90"))
    assert ("203.0.113.3 " in week, "203.0.113.30" in week) == (True, False)
    assert "203.0.113.30" in quarter
