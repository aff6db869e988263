"""Does an hour entry go through its states, and does the hub hear what changes its count and nothing else?"""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from sync.contracts.hours import HOURS_CERTIFIED, HOURS_CORRECTED, HOURS_REVOKED, HourEntryState
from tenants.db import db
from tenants.errors import Invalid, ReasonMissing, StateForbids
from tenants.hours import certifying
from tenants.hours.models import MAX_REASON_LENGTH, HourAct, HourEntry, HourState
from tenants.hours.recording import HourDetails, submit_hours
from tenants.hours.rules import EARLIEST, Shift, end_on_the_clock, possible_shift
from tenants.hours.totals import Totals, district_totals, totals_within
from tests.support.district import NOW, District


def hours_said(district: District) -> list[tuple[str, int, int]]:
    return [
        (event.type, event.recordversion, data["credited_minutes"])
        for event, data in district.said()
        if event.type.startswith("hours.")
    ]


def certify(district: District, entry: HourEntry, by: str = "li") -> None:
    certifying.certify(district.session, entry, by=by, at=NOW, settings=district.settings)
    district.session.commit()


def test_a_submitted_entry_counts_only_once_certified(district: District) -> None:
    entry = district.submitted(minutes=90)
    assert district_totals(district.session).certified_minutes == 0
    assert hours_said(district) == []

    certify(district, entry)

    assert district_totals(district.session).certified_minutes == 90
    assert hours_said(district) == [(HOURS_CERTIFIED, 3, 90)]


def test_the_month_is_the_districts_own(district: District) -> None:
    # 16:30 UTC on the last of February is half past midnight on the first of March in Shanghai.
    started_at = datetime(2026, 2, 28, 16, 30, tzinfo=UTC)
    entry = district.submitted(hours_ago=(NOW - started_at) / timedelta(hours=1))
    certify(district, entry)
    [data] = [data for event, data in district.said() if event.type == HOURS_CERTIFIED]
    assert data["month"] == "2026-03"


def test_nobody_certifies_what_they_recorded(district: District) -> None:
    entry = district.submitted(by="li")
    with pytest.raises(StateForbids, match="recorded themselves"):
        certify(district, entry, by="li")
    assert entry.state is HourState.SUBMITTED


def test_an_entry_is_certified_once(district: District) -> None:
    entry = district.submitted()
    certify(district, entry)
    with pytest.raises(StateForbids):
        certify(district, entry, by="wang")
    assert len(hours_said(district)) == 1


def test_undo_puts_it_back_into_the_queue_and_tells_the_hub(district: District) -> None:
    entry = district.submitted()
    certify(district, entry)
    certifying.undo_certification(district.session, entry, by="li", at=NOW, settings=district.settings)
    district.session.commit()
    assert entry.state is HourState.SUBMITTED
    assert hours_said(district)[-1] == (HOURS_REVOKED, 4, 0)

    certify(district, entry, by="wang")
    assert hours_said(district)[-1] == (HOURS_CERTIFIED, 5, 60)


def test_only_who_certified_last_undoes(district: District) -> None:
    entry = district.submitted()
    certify(district, entry)
    with pytest.raises(StateForbids):
        certifying.undo_certification(district.session, entry, by="wang", at=NOW, settings=district.settings)


def test_a_correction_is_a_later_version_with_its_reason(district: District) -> None:
    entry = district.submitted(minutes=60)
    certify(district, entry)
    shift = Shift(entry.started_at, entry.started_at + timedelta(minutes=45), 45)
    certifying.correct(district.session, entry, shift, reason="left early", by="li", at=NOW, settings=district.settings)
    district.session.commit()

    assert [(version.act, version.credited_minutes, version.reason) for version in entry.versions] == [
        (HourAct.DRAFTED, 60, None),
        (HourAct.SUBMITTED, 60, None),
        (HourAct.CERTIFIED, 60, None),
        (HourAct.CORRECTED, 45, "left early"),
    ]
    assert hours_said(district)[-1] == (HOURS_CORRECTED, 4, 45)
    assert district_totals(district.session).certified_minutes == 45


def test_nobody_corrects_what_they_recorded(district: District) -> None:
    entry = district.submitted(by="wang")
    certify(district, entry)
    longer = Shift(entry.started_at, entry.ended_at + timedelta(hours=1), 120)
    with pytest.raises(StateForbids, match="recorded themselves"):
        certifying.correct(district.session, entry, longer, reason="x", by="wang", at=NOW, settings=district.settings)
    assert (entry.credited_minutes, len(hours_said(district))) == (60, 1)


def test_a_revoked_entry_counts_nothing_and_frees_its_time(district: District) -> None:
    entry = district.submitted(hours_ago=5)
    certify(district, entry)
    certifying.revoke(district.session, entry, reason="never came", by="li", at=NOW, settings=district.settings)
    district.session.commit()
    assert district_totals(district.session).certified_minutes == 0
    assert hours_said(district)[-1] == (HOURS_REVOKED, 4, 0)
    assert district.submitted(hours_ago=5).state is HourState.SUBMITTED


def test_sums_stay_within_the_organizations_that_one_may_see(district: District) -> None:
    community = district.organization("岗厦社区")
    certify(district, district.submitted(minutes=90))
    certify(district, district.submitted(hours_ago=9, minutes=30, organization=community))
    district.submitted(hours_ago=15, organization=community)
    session, street = district.session, district.street
    assert totals_within(session, [community.id]) == Totals(0, 1, 30, 1)
    assert totals_within(session, [street.id]) == Totals(1, 1, 90, 0)
    assert totals_within(session, [street.id, community.id]) == district_totals(session) == Totals(1, 2, 120, 1)
    assert totals_within(session, []) == Totals(0, 0, 0, 0)


@pytest.mark.parametrize("reason", ["", "   "])
def test_an_act_against_somebody_needs_a_reason(district: District, reason: str) -> None:
    entry = district.submitted()
    with pytest.raises(ReasonMissing):
        certifying.refuse(entry, reason=reason, by="li", at=NOW)
    assert entry.state is HourState.SUBMITTED


def test_a_reason_that_is_too_long_changes_nothing(district: District) -> None:
    entry = district.submitted()
    certify(district, entry)
    shorter = Shift(entry.started_at, entry.ended_at, 30)
    reason = "x" * (MAX_REASON_LENGTH + 1)
    with pytest.raises(Invalid) as refused:
        certifying.correct(district.session, entry, shorter, reason=reason, by="li", at=NOW, settings=district.settings)
    assert (refused.value.field, entry.credited_minutes) == ("reason", 60)


def test_a_refused_entry_never_reaches_the_hub(district: District) -> None:
    entry = district.submitted()
    certifying.refuse(entry, reason="no such activity", by="li", at=NOW)
    district.session.commit()
    assert entry.state is HourState.REFUSED
    assert hours_said(district) == []


def test_a_volunteer_is_in_one_place_at_a_time(district: District) -> None:
    district.submitted(hours_ago=5, minutes=60)
    with pytest.raises(Invalid, match="30 minutes"):
        district.submitted(hours_ago=4.5, minutes=60)
    district.submitted(hours_ago=4, minutes=60)
    district.submitted(volunteer="FT2", hours_ago=5, minutes=60)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_two_at_once_do_not_give_the_same_time_away(district: District) -> None:
    registration = district.registration()
    shift = Shift(NOW - timedelta(hours=5), NOW - timedelta(hours=4), 60)
    details = HourDetails(
        registration=registration, organization_id=district.street.id, activity="图书馆导读", field="文化", shift=shift
    )
    submit_hours(district.session, details, by="recorder", at=NOW)
    with Session(db.engine) as other:
        other.execute(text("SET LOCAL lock_timeout = '50ms'"))
        with pytest.raises(OperationalError):
            submit_hours(other, details, by="somebody", at=NOW)
        other.rollback()
        district.session.commit()
        with pytest.raises(Invalid, match="60 minutes"):
            submit_hours(other, details, by="somebody", at=NOW)


def test_a_correction_may_not_overlap_another_entry(district: District) -> None:
    first = district.submitted(hours_ago=5, minutes=60)
    district.submitted(hours_ago=4, minutes=60)
    certify(district, first)
    longer = Shift(first.started_at, first.started_at + timedelta(minutes=90), 90)
    with pytest.raises(Invalid):
        certifying.correct(district.session, first, longer, reason="x", by="li", at=NOW, settings=district.settings)


@pytest.mark.parametrize(
    ("start", "end", "minutes", "field"),
    [
        (-1, -2, 30, "ended_at"),
        (-1, -1, 30, "ended_at"),
        (-3, -1, 0, "minutes"),
        (-3, -1, 121, "minutes"),
        (-30, -1, 60, "minutes"),
        (-1, 1, 60, "ended_at"),
    ],
)
def test_an_impossible_shift_is_refused_at_its_field(start: int, end: int, minutes: int, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        possible_shift(NOW + timedelta(hours=start), NOW + timedelta(hours=end), minutes, now=NOW)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [("0001-01-01T01:00", "0001-01-01T02:00", "started_at"), ("9999-12-31T22:00", "9999-12-31T23:00", "ended_at")],
)
@pytest.mark.parametrize("offset", ["+08:00", "-08:00"])
def test_a_shift_at_an_end_of_the_calendar_is_refused(start: str, end: str, offset: str, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        possible_shift(datetime.fromisoformat(start + offset), datetime.fromisoformat(end + offset), 60, now=NOW)
    assert refused.value.field == field


def test_the_calendar_s_last_day_has_no_next_one() -> None:
    started_at, clock_end = datetime(9999, 12, 31, 22, tzinfo=UTC), datetime(9999, 12, 31, 2, tzinfo=UTC)
    assert end_on_the_clock(started_at, clock_end, 240) == clock_end


def test_the_earliest_shift_is_of_a_month_that_the_hub_takes(district: District) -> None:
    shift = possible_shift(EARLIEST, EARLIEST + timedelta(hours=1), 60, now=NOW)
    details = HourDetails(
        registration=district.registration(), organization_id=district.street.id, activity="x", field="y", shift=shift
    )
    entry = submit_hours(district.session, details, by="recorder", at=NOW)
    certify(district, entry)
    [data] = [data for event, data in district.said() if event.type == HOURS_CERTIFIED]
    assert msgspec.convert(data, HourEntryState).month == "1900-01"
