"""Does a district keep who signed in as long as its settings say, and no longer?"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

from tenants.cli import PROGRAM, main
from tenants.settings import read_settings
from tenants.sso.models import SecurityEvent, SecurityEventKind
from tenants.sso.security_events import note
from tests.support.district import district_environment


def test_what_is_older_than_two_years_is_let_go_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in district_environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    assert CliRunner().invoke(main, ["setup"]).exit_code == 0
    settings = read_settings()
    sessions = sessionmaker(create_engine(settings.database_url))
    tidy, now = PROGRAM.participant(settings, sessions).tidy, datetime.now(UTC)
    assert tidy
    with sessions.begin() as session:
        for days in (1, 729, 731):
            note(session, SecurityEventKind.SIGNED_IN, address=f"day {days}", at=now - timedelta(days=days))
        tidy(session)
    with sessions() as session:
        assert {event.address for event in session.query(SecurityEvent)} == {"day 1", "day 729"}
