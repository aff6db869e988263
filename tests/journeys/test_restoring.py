"""What becomes of everybody's hours and IDs when a database is put back to an older state?"""

from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import federation.mailbox
import tenants.mailbox
from federation.identity.models import Link, Volunteer, VolunteerAlias
from federation.ledger import totals
from sync.testing import BadWeather
from tenants.hours import certifying
from tenants.hours.models import HourEntry, HourState
from tenants.hours.rules import possible_shift
from tenants.imports.files.reading import open_table
from tenants.imports.forms.profiles import Kind
from tenants.imports.forms.understanding import understand
from tenants.imports.runs.running import run_import
from tenants.registrations.models import Registration
from tests.support.backups import Backup
from tests.support.city import City, District, Side, Storm
from tests.support.registers import hour, volunteer, write_csv

MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
ROUNDS = 12


@pytest.fixture
def storm(on_files: City) -> Storm:
    """A bus that does what it should, and everybody's turn on it."""
    return on_files.storm(BadWeather())


def backup_of(side: Side, aside: Path) -> Backup:
    """The database of `side` as it is now."""
    return Backup(side.sessions.kw["bind"].url.database, aside)


def serve(district: District, number: str, *, day: int, minutes: int = 60) -> None:
    """Registers a volunteer and certifies hours."""
    district.register(number, name=f"志愿者{number}")
    began = MORNING + timedelta(days=day)
    district.certify_hours(number, started_at=began, ended_at=began + timedelta(minutes=minutes))


def check(city: City) -> None:
    """Both sides hold the same, have proven it, and everybody has the ID that the hub knows."""
    assert city.in_step()
    with city.hub.sessions() as session:
        sums = {found.district: found.hours.minutes for found in totals.by_district(session)}
        links = {
            row.registration_id: row.volunteer_id for row in session.execute(select(Link.registration_id, Link.volunteer_id))
        }
        assert session.scalars(select(federation.mailbox.StreamCursor.differs_since)).all() == [None] * len(city.districts)
    for district in city.districts:
        assert sums.get(district.code, 0) == district.totals().certified_minutes
        assert {number: links[key] for number, key, _ in shown(district)} == {
            number: held for number, _, held in shown(district)
        }
        with district.sessions() as session:
            assert session.scalars(select(tenants.mailbox.StreamCursor.differs_since)).all() == [None]


def shown(district: District) -> list[tuple[str, str, str | None]]:
    """Number, registration and volunteer ID of everybody in the district."""
    with district.sessions() as session:
        rows = session.execute(select(Registration.local_number, Registration.id, Registration.volunteer_id))
        return sorted((number, str(id_), volunteer_id) for number, id_, volunteer_id in rows)


def bring_in(district: District, folder: Path) -> None:
    """Imports a register of four volunteers, and another one of the hour that each of them served."""
    people = [volunteer(f"NS{number}") for number in range(1, 5)]
    of_hours = [hour(f"H{number}", volunteer_no=f"NS{number}") for number in range(1, 5)]
    for kind, lines in ((Kind.VOLUNTEERS, people), (Kind.HOURS, of_hours)):
        source = understand(open_table(write_csv(folder / f"{kind}.csv", lines)), kind)
        with district.sessions() as session:
            now = partial(datetime.now, UTC)
            job = run_import(session, source, settings=district.settings, by="tester", now=now, commit=session.commit)
            assert job.refused == 0


def epoch_of(district: District) -> int:
    with district.sessions() as session:
        [head] = tenants.mailbox.log.heads(session)
        return head.epoch


def only_entry(session: Session, number: str) -> HourEntry:
    """The only entry of a volunteer."""
    return session.query(HourEntry).join(Registration).filter_by(local_number=number).one()


def correct(district: District, number: str, *, minutes: int) -> None:
    """Corrects the only entry of a volunteer."""
    with district.sessions.begin() as session:
        entry = only_entry(session, number)
        ended_at = entry.started_at + timedelta(minutes=minutes)
        shift = possible_shift(entry.started_at, ended_at, minutes, now=datetime.now(UTC))
        certifying.correct(
            session, entry, shift, reason="误录", by="coordinator", at=datetime.now(UTC), settings=district.settings
        )


def test_a_district_gets_back_what_it_lost(on_files: City, storm: Storm, tmp_path: Path) -> None:
    futian, _ = on_files.districts
    serve(futian, "FT1", day=1)
    serve(futian, "FT2", day=2)
    storm.blow(ROUNDS)
    backup = backup_of(futian, tmp_path / "aside.db")
    correct(futian, "FT1", minutes=90)
    for number in range(3, 9):
        serve(futian, f"FT{number}", day=number)
    storm.blow(ROUNDS)
    before, minutes = shown(futian), futian.totals().certified_minutes
    backup.put_back()
    assert futian.totals().certified_minutes == 120
    storm.blow(ROUNDS)
    assert (shown(futian), futian.totals().certified_minutes, epoch_of(futian)) == (before, minutes, 2)
    check(on_files)


def test_what_was_changed_since_stays_as_it_is(on_files: City, storm: Storm, tmp_path: Path) -> None:
    futian, _ = on_files.districts
    serve(futian, "FT1", day=1)
    serve(futian, "FT2", day=2)
    storm.blow(ROUNDS)
    backup = backup_of(futian, tmp_path / "aside.db")
    correct(futian, "FT1", minutes=90)
    correct(futian, "FT2", minutes=90)
    serve(futian, "FT3", day=3)
    storm.blow(ROUNDS)
    backup.put_back()
    correct(futian, "FT1", minutes=45)
    serve(futian, "FT4", day=4)
    storm.blow(ROUNDS)
    assert [number for number, _, _ in shown(futian)] == ["FT1", "FT2", "FT3", "FT4"]
    assert futian.totals().certified_minutes == 45 + 90 + 60 + 60
    check(on_files)


def test_a_district_that_was_put_back_twice_comes_back_twice(on_files: City, storm: Storm, tmp_path: Path) -> None:
    futian, _ = on_files.districts
    serve(futian, "FT1", day=1)
    storm.blow(ROUNDS)
    backup = backup_of(futian, tmp_path / "aside.db")
    for number in (2, 3):
        serve(futian, f"FT{number}", day=number)
        storm.blow(ROUNDS)
        backup.put_back()
        storm.blow(ROUNDS)
    assert [number for number, _, _ in shown(futian)] == ["FT1", "FT2", "FT3"]
    assert epoch_of(futian) == 3
    check(on_files)


def test_a_revoked_entry_is_revoked_again(on_files: City, storm: Storm, tmp_path: Path) -> None:
    futian, _ = on_files.districts
    serve(futian, "FT1", day=1)
    storm.blow(ROUNDS)
    backup = backup_of(futian, tmp_path / "aside.db")
    with futian.sessions.begin() as session:
        entry = session.query(HourEntry).one()
        certifying.revoke(session, entry, reason="未到场", by="coordinator", at=datetime.now(UTC), settings=futian.settings)
    storm.blow(ROUNDS)
    backup.put_back()
    storm.blow(ROUNDS)
    with futian.sessions() as session:
        entry = session.query(HourEntry).one()
        assert (entry.state, [version.reason for version in entry.versions][-1]) == (HourState.REVOKED, "未到场")
    check(on_files)


def test_a_certification_that_was_undone_waits_again_with_its_minutes(on_files: City, storm: Storm, tmp_path: Path) -> None:
    futian, _ = on_files.districts
    storm.blow(ROUNDS)
    backup = backup_of(futian, tmp_path / "aside.db")
    serve(futian, "FT1", day=1)
    with futian.sessions.begin() as session:
        entry, at = session.query(HourEntry).one(), datetime.now(UTC)
        certifying.undo_certification(session, entry, by="coordinator", at=at, settings=futian.settings)
    storm.blow(ROUNDS)
    backup.put_back()
    storm.blow(ROUNDS)
    with futian.sessions() as session:
        entry = session.query(HourEntry).one()
        assert (entry.state, entry.raw_minutes, entry.credited_minutes) == (HourState.SUBMITTED, 60, 60)
    check(on_files)


def test_a_hub_that_was_put_back_gives_everybody_the_id_they_were_shown(on_files: City, storm: Storm, tmp_path: Path) -> None:
    futian, luohu = on_files.districts
    serve(futian, "FT1", day=1)
    storm.blow(ROUNDS)
    backup = backup_of(on_files.hub, tmp_path / "aside.db")
    for number in range(2, 6):
        serve(futian, f"FT{number}", day=number)
        serve(luohu, f"LH{number}", day=number)
    storm.blow(ROUNDS)
    before = shown(futian), shown(luohu)
    assert all(volunteer_id for _, _, volunteer_id in before[0] + before[1])
    backup.put_back()
    storm.blow(2 * ROUNDS)
    assert (shown(futian), shown(luohu)) == before
    check(on_files)
    with on_files.hub.sessions() as session:
        everything = totals.city(session)
        held = session.scalars(select(Link.volunteer_id)).all()
        aliases = set(session.scalars(select(VolunteerAlias.alias)))
        known = set(session.scalars(select(Volunteer.volunteer_id)))
    assert everything.people == len(set(held)) == 9
    assert known == set(held) | aliases


def test_a_district_that_is_put_back_to_before_its_claims_claims_them_still(
    on_files: City, storm: Storm, tmp_path: Path
) -> None:
    futian, _ = on_files.districts
    serve(futian, "FT1", day=1)
    storm.blow(ROUNDS)
    backups = backup_of(on_files.hub, tmp_path / "hub.aside"), backup_of(futian, tmp_path / "futian.aside")
    for number in (2, 3):
        serve(futian, f"FT{number}", day=number)
    storm.blow(ROUNDS)
    before = shown(futian)
    for backup in backups:
        backup.put_back()
        storm.blow(2 * ROUNDS)
    assert shown(futian) == before
    check(on_files)


def test_a_register_that_is_imported_too_early_counts_once(on_files: City, storm: Storm, tmp_path: Path) -> None:
    """Everybody and their hours are lost, and brought in again before they come back, with what coordinators did to them."""
    futian, _ = on_files.districts
    storm.blow(ROUNDS)
    backup = backup_of(futian, tmp_path / "aside.db")
    bring_in(futian, tmp_path)
    with futian.sessions.begin() as session:
        undone, at = only_entry(session, "NS3"), datetime.now(UTC)
        certifying.undo_certification(session, undone, by="李干事", at=at, settings=futian.settings)
    storm.blow(ROUNDS)
    correct(futian, "NS1", minutes=30)
    with futian.sessions.begin() as session:
        revoked, at = only_entry(session, "NS4"), datetime.now(UTC)
        certifying.revoke(session, revoked, reason="未到场", by="coordinator", at=at, settings=futian.settings)
    storm.blow(ROUNDS)
    before = shown(futian)
    backup.put_back()
    bring_in(futian, tmp_path)
    storm.blow(ROUNDS)
    assert set(before) < set(shown(futian))
    bring_in(futian, tmp_path)
    storm.blow(ROUNDS)
    # The corrected one, an untouched one, and of the one that was undone what was entered again.
    assert (futian.totals().certified_minutes, futian.totals().waiting_entries) == (30 + 60 + 60, 0)
    assert epoch_of(futian) == 2
    check(on_files)
