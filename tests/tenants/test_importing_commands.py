"""What does an operator see who brings a register in?"""

import csv
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tenants.cli import main
from tests.support.district import district_environment
from tests.support.registers import RESIDENT_ID, hour, volunteer, write_csv

VOLUNTEERS = [volunteer("NS1"), volunteer("NS2", name="王芳", id_type="resident_id", id_number="110105194912310021")]
HOURS = [hour("H1"), hour("H2", minutes="0"), hour("H3", volunteer_no="NS2", name="王芳", status="pending")]


@pytest.fixture(autouse=True)
def district(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A district that is set up, with the folder of its registers as the current one."""
    for name, value in district_environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    write_csv(tmp_path / "volunteers.csv", VOLUNTEERS)
    write_csv(tmp_path / "hours.csv", HOURS)
    for command in (["db", "upgrade"], ["setup"]):
        assert run(*command).exit_code == 0


def run(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "200"}).invoke(main, arguments)


def result_of(*arguments: str, exit_code: int = 0) -> dict[str, Any]:
    """The JSON that an import printed, and nothing else with it."""
    done = run("import", *arguments, "--json", "--exported-on", "2026-10-31")
    assert done.exit_code == exit_code, done.output
    printed: dict[str, Any] = json.loads(done.stdout)
    return printed


def reasons(result: dict[str, Any]) -> dict[str, int]:
    return {reason["code"]: reason["count"] for reason in result["reasons"]}


def test_a_register_comes_in_and_the_same_again_changes_nothing() -> None:
    result_of("volunteers", "volunteers.csv")
    first, again = (result_of("hours", "hours.csv") for _ in range(2))
    assert {name: first[name] for name in ("state", "rows_read", "created", "refused", "waiting", "encoding", "profile")} == {
        "state": "done",
        "rows_read": 3,
        "created": 2,
        "refused": 1,
        "waiting": 1,
        "encoding": "UTF-8",
        "profile": "nanshan",
    }
    assert reasons(first) == {"no_duration": 1, "waits_for_certification": 1}
    assert (again["created"], again["unchanged"], again["refused"]) == (0, 2, 1)
    assert [job["file"] for job in json.loads(run("import", "list", "--json").stdout)] == [
        "hours.csv",
        "hours.csv",
        "volunteers.csv",
    ]


def test_what_is_refused_and_noticed_is_listed_in_a_file_for_its_owner_alone() -> None:
    result = result_of("volunteers", "volunteers.csv")
    assert result["report"] == "volunteers-report.csv"
    report = Path("volunteers-report.csv")
    assert stat.S_IMODE(report.stat().st_mode) == 0o600
    with report.open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["line"], row["record"], row["code"], row["found"]) == ("3", "NS2", "check_digit", "1***************21")


def test_refused_rows_go_to_a_file_of_their_own() -> None:
    result_of("volunteers", "volunteers.csv")
    result = result_of("hours", "hours.csv", "--report", "report.csv", "--failed", "failed.csv")
    assert (result["report"], result["failed"]) == ("report.csv", "failed.csv")
    with Path("failed.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row == {"reason": "The shift has no duration.", **HOURS[1]}


def test_a_dry_run_and_all_rows_write_nothing() -> None:
    result_of("volunteers", "volunteers.csv")
    tried = result_of("hours", "hours.csv", "--dry-run")
    assert (tried["state"], tried["created"], tried["refused"]) == ("dry_run", 2, 1)
    refused = result_of("hours", "hours.csv", "--all-rows", exit_code=1)
    assert (refused["state"], refused["created"], refused["refused"]) == ("refused", 0, 1)
    assert json.loads(run("status", "--json").stdout)["certified_entries"] == 0


def test_a_person_sees_how_a_file_was_understood_and_what_came_of_it() -> None:
    shown = run("import", "volunteers", "volunteers.csv")
    assert shown.exit_code == 0
    for word in ("UTF-8", "profile nanshan", "registered_on", "check digit", "volunteers-report.csv"):
        assert word in shown.output
    assert RESIDENT_ID[:17] not in shown.output
    assert run("import", "volunteers", "volunteers.csv", "--quiet").output == ""


def test_profiles_are_listed_with_their_headings() -> None:
    shown = run("import", "profiles").output
    assert "luohu hours" in shown
    assert "流水号" in shown


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["hours", "volunteers.csv"], "This file lists volunteers"),
        (["volunteers", "volunteers.csv", "--profile", "nowhere"], "Known are: futian, luohu, nanshan."),
        (["volunteers", "volunteers.csv", "--report", "./volunteers.csv"], "the register itself"),
        (["volunteers", "volunteers.csv", "--report", "nowhere/report.csv"], "There is no folder nowhere"),
        (["volunteers", "volunteers.csv", "--actor", " "], "who imports"),
        (["volunteers", "volunteers.csv", "--exported-on", "9999-12-31"], "lies in the future"),
        (["hours", "hours.csv", "--exported-on", "9999-12-31", "--dry-run"], "lies in the future"),
    ],
)
def test_what_cannot_be_done_is_a_sentence_and_exit_code_1(arguments: list[str], sentence: str) -> None:
    done = run("import", *arguments)
    assert done.exit_code == 1
    assert sentence in done.output
    assert "Traceback" not in done.output


@pytest.mark.parametrize("command", ["volunteers", "hours", "list", "profiles"])
def test_every_command_explains_itself(command: str) -> None:
    shown = run("import", command, "--help")
    assert shown.exit_code == 0
    assert "Usage:" in shown.output
