"""Does the checker notice what it is there for?"""

import sqlite3
from contextlib import closing
from pathlib import Path

from tests.faults.checker import check, come_right
from tests.faults.wire import EVERYBODY
from tests.support.backups import copy
from tests.support.town import Town

TAMPERED = {
    "an event is lost": ("hub", "UPDATE stream_cursor SET sequence = sequence - 1 WHERE stream = 'futian/up'"),
    "events were changed": (
        "futian",
        "UPDATE written_batch SET body = (SELECT body FROM written_batch WHERE stream = 'futian/up' ORDER BY last DESC LIMIT 1)"
        " WHERE stream = 'futian/up' AND first = 1",
    ),
    "a hash was changed": ("futian", "UPDATE written_batch SET hash = zeroblob(32) WHERE stream = 'futian/up' AND first = 1"),
    "a record is missing": ("hub", "DELETE FROM record_state WHERE kind = 'hours'"),
    "a bucket is added up wrongly": ("hub", "UPDATE digest_sum SET sum_0 = sum_0 + 1 WHERE stream = 'futian/up'"),
    "minutes count twice": ("hub", "UPDATE month_total SET minutes = 2 * minutes"),
    "an entry is lost": ("hub", "DELETE FROM ledger_entry WHERE district = 'luohu'"),
    "the district changed its mind in silence": ("futian", "UPDATE hour_entry SET credited_minutes = 1"),
    "two persons share an ID": ("hub", "UPDATE link SET volunteer_id = (SELECT min(volunteer_id) FROM link)"),
    "somebody was shown another ID": ("futian", "UPDATE registration SET volunteer_id = NULL"),
    "something is parked": (
        "hub",
        "INSERT INTO parked_record VALUES ('futian/up', 1, 1, 'e1', 'hours.certified.v1', x'00', 'no reason', '2026-03-07')",
    ),
}


def test_whatever_was_tampered_with_is_noticed(town: Town, tmp_path: Path) -> None:
    town.serve("futian", "FT1")
    town.serve("luohu", "LH1")
    with town.taking_part(*EVERYBODY):
        come_right(town.database_urls)
    unnoticed = []
    for what, (party, statement) in TAMPERED.items():
        aside = tmp_path / "aside.db"
        copy(town.path(party), aside)
        with closing(sqlite3.connect(aside)) as connection, connection:
            assert connection.execute(statement).rowcount
        urls = town.database_urls | {party: f"sqlite:///{aside}"}
        try:
            check(urls)
        except AssertionError:
            continue
        unnoticed.append(what)
    assert unnoticed == []
    check(town.database_urls)
