"""Is a draft its author's alone, and does it take nobody's time before it is submitted?"""

from datetime import timedelta

import pytest

from tenants.errors import Invalid, NotFound, StateForbids
from tenants.hours.finding import drafts_of, entry_seen, sums_of_volunteer
from tenants.hours.models import HourEntry, HourEntryVersion, HourState, Service
from tenants.hours.recording import (
    HourDetails,
    discard_draft,
    draft_hours,
    stated_service,
    stated_shift,
    submit_draft,
)
from tenants.hours.rules import Shift
from tests.support.desk import add_staff
from tests.support.district import NOW, District


def drafted(district: District, *, hours_ago: float = 5, minutes: int = 60, by: str = "li") -> HourEntry:
    started_at = NOW - timedelta(hours=hours_ago)
    details = HourDetails(
        registration=district.registration(),
        organization_id=district.street.id,
        activity="图书馆导读",
        field="文化",
        shift=Shift(started_at, started_at + timedelta(minutes=minutes), minutes),
    )
    draft = draft_hours(district.session, details, by=by, at=NOW)
    district.session.commit()
    return draft


def test_a_draft_lasts_until_its_author_submits_it(district: District) -> None:
    draft = drafted(district)
    assert drafts_of(district.session, by="li", limit=9) == [draft]
    submit_draft(district.session, draft, by="li", at=NOW)
    district.session.commit()
    assert draft.state is HourState.SUBMITTED
    assert drafts_of(district.session, by="li", limit=9) == []


def test_nobody_else_sees_a_draft(district: District) -> None:
    li, wang = (add_staff(district, name) for name in ("li", "wang"))
    draft = drafted(district)
    assert entry_seen(district.session, draft.id, by=li) is draft
    with pytest.raises(NotFound):
        entry_seen(district.session, draft.id, by=wang)
    assert drafts_of(district.session, by="wang", limit=9) == []
    assert sums_of_volunteer(district.session, draft.registration_id, by="wang") == {}


def test_a_draft_takes_no_time_but_is_refused_where_there_is_none_left(district: District) -> None:
    draft = drafted(district, hours_ago=5)
    submitted = district.submitted(hours_ago=4.5)
    with pytest.raises(Invalid, match="30 minutes"):
        submit_draft(district.session, draft, by="li", at=NOW)
    earlier = Shift(draft.started_at - timedelta(hours=1), draft.started_at, 60)
    draft.redraft(Service(district.street.id, "净滩行动", "环保"), earlier, by="li", at=NOW)
    submit_draft(district.session, draft, by="li", at=NOW)
    assert (draft.state, draft.activity, submitted.state) == (HourState.SUBMITTED, "净滩行动", HourState.SUBMITTED)


def test_a_discarded_draft_leaves_nothing(district: District) -> None:
    discard_draft(district.session, drafted(district))
    district.session.commit()
    assert district.session.query(HourEntry).count() == district.session.query(HourEntryVersion).count() == 0


def test_what_was_submitted_is_neither_discarded_nor_drafted_again(district: District) -> None:
    entry = district.submitted(by="li")
    with pytest.raises(StateForbids):
        discard_draft(district.session, entry)
    with pytest.raises(StateForbids):
        entry.redraft(Service(district.street.id, "x", "y"), Shift(entry.started_at, entry.ended_at, 1), by="li", at=NOW)


def test_without_minutes_all_the_time_between_counts() -> None:
    assert stated_shift(NOW - timedelta(hours=2), NOW, None, now=NOW).minutes == 120
    with pytest.raises(Invalid, match="ends before"):
        stated_shift(NOW, NOW - timedelta(hours=2), None, now=NOW)


@pytest.mark.parametrize(("activity", "field", "refused"), [(" ", "文化", "activity"), ("导读", "", "field")])
def test_what_was_served_is_said_in_words(district: District, activity: str, field: str, refused: str) -> None:
    with pytest.raises(Invalid) as error:
        stated_service(district.street.id, activity, field)
    assert error.value.field == refused
    assert stated_service(district.street.id, " 导读 ", " 文化").activity == "导读"
