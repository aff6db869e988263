"""Do the alerts of docs/operating.md go off when they should, and only then?"""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.operations.compose import ROOT
from tests.support import servers

OPERATING = (ROOT / "docs" / "operating.md").read_text()
[RULES] = re.findall(r"^```yaml\n(groups:\n.*?)^```", OPERATING, re.M | re.S)
ALERTS = {rule["alert"]: rule for group in yaml.safe_load(RULES)["groups"] for rule in group["rules"]}


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """The rules as Prometheus reads them."""
    path = tmp_path / "rules.yml"
    path.write_text(RULES)
    return path


def promtool(*arguments: str, folder: Path) -> None:
    if shutil.which("promtool") is None:
        servers.leave_out("promtool is not installed: apt-get install prometheus")
    done = subprocess.run(["promtool", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def goes_off(rules: Path, alert: str, figures: dict[str, str], *, at: str, every: str = "1m", **labels: str) -> None:
    """That `alert` goes off by `at` where figures take these values, one `every` so long; with no labels, that it does not."""
    summary = ALERTS[alert]["annotations"]["summary"]
    for name, value in labels.items():
        summary = summary.replace(f"{{{{ $labels.{name} }}}}", value)
    expected = [{"exp_labels": labels, "exp_annotations": {"summary": summary}}] if labels else []
    case: dict[str, Any] = {
        "interval": every,
        "input_series": [{"series": series, "values": values} for series, values in figures.items()],
        "alert_rule_test": [{"eval_time": at, "alertname": alert, "exp_alerts": expected}],
    }
    (rules.parent / "case.yml").write_text(
        yaml.safe_dump({"rule_files": [rules.name], "evaluation_interval": every, "tests": [case]})
    )
    promtool("test", "rules", "case.yml", folder=rules.parent)


def test_prometheus_reads_them_all(rules: Path) -> None:
    promtool("check", "rules", rules.name, folder=rules.parent)


def test_each_has_its_line_that_says_what_to_do() -> None:
    lines = re.findall(r"^\| (`Banyan.*?) \|", OPERATING, re.M)
    assert {name for line in lines for name in re.findall(r"`(\w+)`", line)} == set(ALERTS)


REVIEW = 'banyan_review_waiting_since_timestamp_seconds{kind="possible"}'
UNTOLD = 'banyan_sign_out_untold_since_timestamp_seconds{client="district:futian"}'
WAITING = 'banyan_message_waiting_since_timestamp_seconds{kind="phone"}'
LOST = 'banyan_messages_lost{kind="phone"}'


def test_a_sign_out_that_is_told_after_a_few_tries_wakes_nobody(rules: Path) -> None:
    goes_off(rules, "BanyanSignOutsUntold", {UNTOLD: "60x10 stale"}, at="25m")


def test_a_sign_out_that_stays_untold_does(rules: Path) -> None:
    goes_off(rules, "BanyanSignOutsUntold", {UNTOLD: "60x30"}, at="25m", client="district:futian")


def test_codes_that_leave_within_a_minute_wake_nobody(rules: Path) -> None:
    goes_off(rules, "BanyanMessagesUnsent", {WAITING: "0+60x60", LOST: "2x60"}, at="60m")


def test_a_code_that_waits_does(rules: Path) -> None:
    goes_off(rules, "BanyanMessagesUnsent", {WAITING: "60x30"}, at="10m", kind="phone")


def test_codes_that_come_to_nothing_one_by_one_do(rules: Path) -> None:
    goes_off(rules, "BanyanMessagesUnsent", {LOST: "0+1x60"}, at="60m", kind="phone")


def test_a_review_that_waits_for_a_week_wakes_nobody(rules: Path) -> None:
    goes_off(rules, "BanyanReviewsOld", {REVIEW: "0x200"}, at="7d", every="1h")


def test_a_review_that_waits_for_two_weeks_does(rules: Path) -> None:
    goes_off(rules, "BanyanReviewsOld", {REVIEW: "0x400"}, at="15d", every="1h", kind="possible")
