"""Does every hour count once, whatever the order in which its versions come?"""

from collections import Counter

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as trials
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from federation.ledger import totals
from federation.ledger.models import LedgerEntry, LedgerState, MonthTotal, OrganizationTotal, RegistrationTotal
from federation.ledger.totals import City, Hours, PartSum
from federation.mailbox import ParkedRecord
from sync.contracts.hours import HOURS_CERTIFIED, HOURS_CORRECTED, HOURS_REVOKED
from tests.hub.peers import District, Hub, Told, hours, new_id, registration

RECOUNT = """
SELECT e.district, {group}, count(*), sum(e.credited_minutes)
FROM ledger_entry e
WHERE e.state <> 'revoked' AND NOT EXISTS (
    SELECT 1 FROM ledger_entry n
    WHERE n.district = e.district AND n.entry_id = e.entry_id
      AND (n.epoch > e.epoch OR (n.epoch = e.epoch AND n.version > e.version))
)
GROUP BY e.district, {group}
"""


def recounted(session: Session, group: str) -> set[tuple[object, ...]]:
    """What the ledger alone comes to, by `group`."""
    return {tuple(row) for row in session.execute(text(RECOUNT.format(group=group)))}


def assert_totals_are_true(hub: Hub) -> None:
    """Compares every total with a recount in plain SQL."""
    for model, group in (
        (MonthTotal, ("month", "field")),
        (RegistrationTotal, ("registration_id",)),
        (OrganizationTotal, ("organization_id",)),
    ):
        rows = hub.rows(model)
        kept = {
            (row.district, *(getattr(row, name) for name in group), row.entries, row.minutes) for row in rows if row.entries
        }
        assert kept == hub.asked(recounted, ", ".join(f"e.{name}" for name in group))
        assert [row for row in rows if row.minutes and not row.entries] == []


def assert_all_was_applied(hub: Hub) -> None:
    assert hub.rows(ParkedRecord) == []


def city_hours(hub: Hub) -> Hours:
    return hub.asked(totals.city).hours


def test_a_batch_that_comes_twice_counts_once(hub: Hub) -> None:
    [futian] = hub.enrol("futian")
    said = futian.says(hours("e1", minutes=90), hours("e2", minutes=30))
    hub.hears(said, said)
    assert city_hours(hub) == Hours(entries=2, minutes=120)
    assert len(hub.rows(LedgerEntry)) == 2


def test_an_event_that_a_district_says_twice_counts_once(hub: Hub) -> None:
    [futian] = hub.enrol("futian")
    hub.hears(futian.says(hours("e1"), hours("e1")), futian.says(hours("e1"), hours("e2")))
    assert city_hours(hub) == Hours(entries=2, minutes=120)
    assert_all_was_applied(hub)
    assert_totals_are_true(hub)


def test_a_correction_replaces_what_counted_and_the_history_stays(hub: Hub) -> None:
    [futian] = hub.enrol("futian")
    moved = hours(
        "e1", version=2, type=HOURS_CORRECTED, minutes=45, month="2026-04", registration_id="r2", organization_id="o2"
    )
    hub.hears(futian.says(hours("e1", minutes=60)), futian.says(moved))
    assert hub.asked(totals.by_month) == [
        PartSum("futian", "2026-03", Hours(0, 0)),
        PartSum("futian", "2026-04", Hours(1, 45)),
    ]
    history = [(row.version, row.state, row.credited_minutes, row.reason) for row in hub.rows(LedgerEntry)]
    assert history == [(1, LedgerState.CERTIFIED, 60, None), (2, LedgerState.CORRECTED, 45, "miscounted")]
    assert_totals_are_true(hub)


def test_a_revoked_entry_counts_for_nothing_until_it_is_certified_again(hub: Hub) -> None:
    [futian] = hub.enrol("futian")
    hub.hears(futian.says(hours("e1"), hours("e1", version=2, type=HOURS_REVOKED, minutes=0)))
    assert city_hours(hub) == Hours(0, 0)
    hub.hears(futian.says(hours("e1", version=3, minutes=20)))
    assert city_hours(hub) == Hours(1, 20)
    assert_totals_are_true(hub)


def test_an_older_version_that_comes_late_only_enters_the_history(hub: Hub) -> None:
    [futian] = hub.enrol("futian")
    hub.hears(futian.says(hours("e1", version=2, minutes=45)), futian.says(hours("e1", version=1, minutes=60)))
    assert city_hours(hub) == Hours(1, 45)
    assert [row.version for row in hub.rows(LedgerEntry)] == [1, 2]


def test_a_later_epoch_is_newer_than_any_version_of_an_earlier_one(hub: Hub) -> None:
    [futian] = hub.enrol("futian")
    hub.hears(futian.says(hours("e1", version=9, minutes=60), hours("e1", epoch=2, version=1, minutes=15)))
    hub.hears(futian.says(hours("e1", version=10, minutes=99)))
    assert city_hours(hub) == Hours(1, 15)
    assert_totals_are_true(hub)


def test_two_districts_that_use_the_same_keys_do_not_touch_each_other(hub: Hub) -> None:
    futian, luohu = hub.enrol("futian", "luohu")
    hub.hears(futian.says(hours("e1", minutes=10)), luohu.says(hours("e1", minutes=5, version=2)))
    by_district = {total.district: total.hours for total in hub.asked(totals.by_district)}
    assert by_district == {"futian": Hours(1, 10), "luohu": Hours(1, 5)}
    assert hub.asked(totals.by_field, district="luohu") == [PartSum("luohu", "社区服务", Hours(1, 5))]


def test_an_entry_that_does_not_fit_is_parked_and_the_others_count(hub: Hub) -> None:
    [futian] = hub.enrol("futian")
    hub.hears(futian.says(hours("e1"), hours("e2", minutes=-60), hours("e3")))
    assert city_hours(hub) == Hours(2, 120)
    assert [record.record_key for record in hub.rows(ParkedRecord)] == ["e2"]
    assert_totals_are_true(hub)


def test_a_correction_counts_once_beside_an_entry_that_does_not_fit(hub: Hub) -> None:
    [futian] = hub.enrol("futian")
    corrected = hours("e1", version=2, type=HOURS_CORRECTED, minutes=45)
    hub.hears(futian.says(hours("e1"), corrected, hours("e2", minutes=-60)))
    assert city_hours(hub) == Hours(1, 45)
    assert_totals_are_true(hub)


@pytest.mark.parametrize("month", ["March", "2026-3", "2026-13", "2026-03-01", "0001-01"])
def test_a_month_that_is_none_is_parked(hub: Hub, month: str) -> None:
    [futian] = hub.enrol("futian")
    hub.hears(futian.says(hours("e1", month=month), hours("e2", month="2026-03")))
    assert [record.record_key for record in hub.rows(ParkedRecord)] == ["e1"]
    assert [one.key for one in hub.asked(totals.by_month)] == ["2026-03"]


def test_a_volunteer_has_the_hours_of_every_registration(hub: Hub) -> None:
    futian, luohu = hub.enrol("futian", "luohu")
    hub.hears(
        futian.says(registration("r1", document="D"), hours("e1", registration_id="r1", minutes=60)),
        luohu.says(registration("r2", document="D"), hours("e1", registration_id="r2", minutes=30)),
        luohu.says(registration("r3"), hours("e2", registration_id="r3", minutes=7)),
    )
    [volunteer_id] = {hub.told(futian)["r1"], hub.told(luohu)["r2"]}
    parts = hub.asked(totals.of_volunteer, volunteer_id)
    assert [(part.district, part.registration_id, part.hours) for part in parts] == [
        ("futian", "r1", Hours(1, 60)),
        ("luohu", "r2", Hours(1, 30)),
    ]
    assert hub.asked(totals.city) == City(people=2, registrations=3, hours=Hours(3, 97))


def test_a_district_cannot_add_hours_to_another_districts_registration(hub: Hub) -> None:
    futian, luohu = hub.enrol("futian", "luohu")
    hub.hears(futian.says(registration("r1")), luohu.says(hours("e1", registration_id="r1")))
    [part] = hub.asked(totals.of_volunteer, hub.told(futian)["r1"])
    assert part.hours == Hours(0, 0)


VERSIONS = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.integers(1, 2),
        st.integers(1, 4),
        st.sampled_from([HOURS_CERTIFIED, HOURS_CORRECTED, HOURS_REVOKED]),
        st.integers(0, 300),
        st.sampled_from(["2026-03", "2026-04"]),
        st.sampled_from("pq"),
    ),
    # One version of an entry says one thing.
    unique_by=lambda drawn: drawn[:3],
    min_size=1,
    max_size=12,
)


@pytest.mark.parametrize("together", [True, False], ids=["one batch", "a batch for each event"])
@trials(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(versions=VERSIONS, repeats=st.lists(st.integers(0, 11), max_size=6))
def test_the_newest_versions_count_whatever_comes_in_whichever_order(
    hub: Hub, together: bool, versions: list[tuple[str, int, int, str, int, str, str]], repeats: list[int]
) -> None:
    district = District(f"d{new_id()[:8]}")
    [district] = hub.enrol(district.code)
    told: list[Told] = [
        hours(entry, epoch=epoch, version=version, type=kind, minutes=minutes, month=month, registration_id=whose)
        for entry, epoch, version, kind, minutes, month, whose in versions
    ]
    told += [told[number] for number in repeats if number < len(told)]
    hub.hears(*([district.says(*told)] if together else [district.says(one) for one in told]))

    expected: Counter[str] = Counter()
    for entry in {version[0] for version in versions}:
        *_, kind, minutes, month, _whose = max(drawn for drawn in versions if drawn[0] == entry)
        expected[month] += 0 if kind == HOURS_REVOKED else minutes
    counted = {total.key: total.hours.minutes for total in hub.asked(totals.by_month, district=district.code)}
    assert Counter(counted) == expected
    assert_all_was_applied(hub)
    assert_totals_are_true(hub)
