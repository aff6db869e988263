"""Can an operator arrange a district and its desks from the command line?"""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tenants.cli import main
from tests.support.district import district_environment


@pytest.fixture(autouse=True)
def district(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings of a district whose database is empty."""
    for name, value in district_environment(tmp_path).items():
        monkeypatch.setenv(name, value)


def run(*arguments: str, told: str | None = None) -> Result:
    return CliRunner(env={"COLUMNS": "200"}).invoke(main, arguments, input=told)


def said(*arguments: str, told: str | None = None) -> str:
    done = run(*arguments, told=told)
    assert done.exit_code == 0, done.output
    return done.output


def refused(*arguments: str) -> str:
    done = run(*arguments)
    assert done.exit_code == 1
    assert "Traceback" not in done.output
    return done.output


def test_before_the_setup_everything_says_what_to_do() -> None:
    assert "banyan-district db upgrade" in refused("status")


def test_a_database_whose_file_is_damaged_is_said_to_be_so(tmp_path: Path) -> None:
    (tmp_path / "district.db").write_bytes(b"no database" * 1000)
    assert "file is not a database. Put back a backup of it." in refused("setup")


def test_setup_twice_is_once() -> None:
    for _ in range(2):
        assert "南山区 is set up." in said("setup")
    assert said("organization", "list").count("南山区") == 1


def test_the_tree_grows_by_command_and_keeps_its_order() -> None:
    said("setup")
    said("organization", "add", "粤海街道", "--kind", "street")
    said("organization", "add", "海珠社区", "--kind", "community", "--below", "粤海街道")
    said("organization", "add", "医疗", "--kind", "sector")
    said("organization", "add", "导诊队", "--kind", "team", "--below", "海珠社区", "--sector", "医疗")
    tree = said("organization", "list")
    assert all(name in tree for name in ("粤海街道", "海珠社区", "医疗", "导诊队"))
    assert "A street stands below district" in refused("organization", "add", "x", "--kind", "street", "--below", "海珠社区")
    assert "wrong check character" in refused(
        "organization", "add", "x", "--kind", "team", "--credit-code", "91350100M000100Y44"
    )
    assert "0 organizations are called y" in refused("organization", "add", "x", "--kind", "team", "--below", "y")


def test_an_account_is_opened_closed_and_opened_again() -> None:
    said("setup")
    said("staff", "add", "li", "--name", "李敏", "--role", "coordinator", "--password-stdin", told="correct horse battery\n")
    assert "coordinator of 南山区" in said("staff", "list")
    assert len(said("staff", "token", "issue", "li", "--purpose", "report").strip()) > 30
    said("staff", "close", "li")
    assert "no" in said("staff", "list").splitlines()[-2]
    said("staff", "open", "li")
    assert "yes" in said("staff", "list").splitlines()[-2]
    assert "no member of staff called wang" in refused("staff", "close", "wang")


def test_roles_are_given_changed_and_withdrawn() -> None:
    said("setup")
    said("organization", "add", "粤海街道", "--kind", "street")
    said("staff", "add", "li", "--name", "李敏", "--role", "recorder", "--password-stdin", told="correct horse battery\n")
    assert "li is recorder of 南山区, viewer of 粤海街道 now." in said(
        "staff", "role", "add", "li", "viewer", "--organization", "粤海街道"
    )
    assert "li is recorder of 南山区, coordinator of 粤海街道 now." in said(
        "staff", "role", "change", "li", "viewer", "--organization", "粤海街道", "--to-role", "coordinator"
    )
    assert "li is coordinator of 粤海街道 now." in said("staff", "role", "withdraw", "li", "recorder")
    assert "li is not recorder of 南山区." in refused("staff", "role", "withdraw", "li", "recorder")
    assert "li is coordinator of 粤海街道 already." in refused(
        "staff", "role", "add", "li", "coordinator", "--organization", "粤海街道"
    )


def test_tokens_are_listed_and_withdrawn() -> None:
    said("setup")
    said("staff", "add", "li", "--name", "李敏", "--role", "viewer", "--password-stdin", told="correct horse battery\n")
    issued = said("staff", "token", "issue", "li", "--purpose", "report [1]").strip()
    listed = said("staff", "token", "list")
    assert "report [1]" in listed
    assert issued not in listed
    [token_id] = re.findall(r"[0-9a-f]{8}", listed)
    assert "The token of li for report [1] is withdrawn." in said("staff", "token", "withdraw", token_id)
    assert "report" not in said("staff", "token", "list")
    assert f"There is no token {token_id}." in refused("staff", "token", "withdraw", token_id)


def test_an_organization_moves_by_command() -> None:
    said("setup")
    for street in ("粤海街道", "招商街道"):
        said("organization", "add", street, "--kind", "street")
        said("organization", "add", "海珠社区", "--kind", "community", "--below", street)
    said("organization", "add", "医疗", "--kind", "sector")
    said("organization", "add", "导诊队", "--kind", "team", "--below", "粤海街道/海珠社区")
    moved = said("organization", "move", "导诊队", "--below", "招商街道", "--sector", "医疗")
    assert "导诊队 stands below 招商街道 and in the sector 医疗 now." in moved
    assert "导诊队 stands below 招商街道 now." in said("organization", "move", "导诊队", "--no-sector")
    assert "called 海珠社区 there already" in refused("organization", "move", "粤海街道/海珠社区", "--below", "招商街道")
    assert run("organization", "move", "导诊队").exit_code == 2


def test_the_status_counts_what_was_said_and_what_the_hub_has() -> None:
    said("setup")
    status = said("status", "--json")
    assert '"head": 1' in status
    assert '"hub_has": 0' in status


def test_the_status_shows_what_proves_that_both_hold_the_same() -> None:
    said("setup")
    shown = json.loads(said("status", "--json"))
    assert (shown["state"], shown["step"]) == ("unheard", None)
    assert [kind["kind"] for kind in shown["proof"]["said_sums"]["kinds"]] == ["organization"]
    assert shown["proof"]["said_sums"]["root"] in said("status")


def test_records_are_compared_and_sent_again_by_command() -> None:
    said("db", "upgrade")
    assert "banyan-district setup" in refused("compare")
    said("setup")
    assert "is on its way again" in said("replay")
    assert "as soon as the hub answers" in said("compare")
    assert json.loads(said("status", "--json"))["step"]["type"] == "Comparing"
    assert "Wait until that is over." in refused("compare")
