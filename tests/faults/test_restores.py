"""Faults 23 and 24: what becomes of everybody's hours and IDs when a database is put back, or runs twice?"""

from pathlib import Path

import pytest

from sync import streams
from tests.faults.checker import come_right
from tests.faults.wire import EVERYBODY
from tests.support import servers
from tests.support.backups import Backup, copy
from tests.support.town import Town
from tests.support.waiting import eventually


@pytest.mark.long
@pytest.mark.parametrize("written", [False, True], ids=["and nothing written since", "and written to since"])
def test_23_a_district_that_was_put_back_gets_its_hours_back(town: Town, tmp_path: Path, written: bool) -> None:
    futian = town.district("futian")
    with town.taking_part(*EVERYBODY):
        town.serve("futian", "FT1")
        come_right(town.database_urls)
    backup = Backup(town.path("futian"), tmp_path / "aside.db")
    with town.taking_part(*EVERYBODY):
        town.serve("futian", "FT2", minutes=30)
        town.serve("futian", "FT3", minutes=45)
        come_right(town.database_urls)
        before = town.shown("futian")
    backup.put_back()
    if written:
        town.serve("futian", "FT4", minutes=15)
    with town.taking_part(streams.HUB, "luohu"):
        process = town.start("futian")
        try:
            come_right(town.database_urls)
            eventually(lambda: before.items() <= town.shown("futian").items())
            come_right(town.database_urls)
        finally:
            servers.stop(process)
    assert futian.totals().certified_minutes == 60 + 30 + 45 + (15 if written else 0)


def test_23_a_copy_that_runs_beside_its_original_is_not_let_in(town: Town, tmp_path: Path) -> None:
    town.serve("futian", "FT1")
    with town.taking_part(streams.HUB, "luohu"):
        original = town.start("futian")
        try:
            come_right(town.database_urls)
            clone = tmp_path / "clone.db"
            copy(town.path("futian"), clone)
            # The list of incarnations is not part of the database.
            second = town.start("futian", DATABASE_URL=f"sqlite:///{clone}")
            assert eventually(second.poll, until=lambda code: code is not None) == 1
            assert "did not take part from here before" in (town.machines["futian"].folder / "program.log").read_text()
            town.serve("futian", "FT2")
            come_right(town.database_urls)
        finally:
            servers.stop(original)


@pytest.mark.long
def test_24_a_hub_that_was_put_back_gives_nobody_another_person_s_id(town: Town, tmp_path: Path) -> None:
    """Hours and volunteers go on coming while the districts claim the IDs that they hold."""
    with town.taking_part(*EVERYBODY):
        town.serve("futian", "FT1")
        come_right(town.database_urls)
    backup = Backup(town.path(streams.HUB), tmp_path / "aside.db")
    with town.taking_part(*EVERYBODY):
        for number in range(2, 6):
            town.serve("futian", f"FT{number}")
            town.serve("luohu", f"LH{number}")
        come_right(town.database_urls)
        before = {code: town.shown(code) for code in ("futian", "luohu")}
    backup.put_back()
    with town.taking_part("futian", "luohu"):
        hub = town.start(streams.HUB)
        try:
            for number in range(6, 9):
                town.serve("futian", f"FT{number}")
                town.serve("luohu", f"LH{number}")
            for code, ids in before.items():
                eventually(lambda: len([id_ for id_ in town.shown(code).values() if id_]) == len(ids) + 3)  # noqa: B023
            come_right(town.database_urls)
        finally:
            servers.stop(hub)
    for code, ids in before.items():
        assert ids.items() <= town.shown(code).items()
