"""Does whoever reads a table get all of it, in a narrow terminal and behind a pipe?"""

import re

import pytest
from rich.table import Table

from sync.programs.printing import show

WORD = "nobody-breaks-this-word-" * 4


@pytest.fixture
def table() -> Table:
    table = Table("District", "Reason")
    table.add_row("futian", WORD)
    return table


def test_a_row_is_one_line_where_nobody_watches(
    table: Table, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    show(table, "one district")
    [row] = [line for line in capsys.readouterr().out.splitlines() if "futian" in line]
    assert WORD in row


def test_nothing_is_cut_off_in_a_narrow_terminal(
    table: Table, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "40")
    show(table)
    lines = [re.sub(r"\x1b\[[\d;]*m", "", line) for line in capsys.readouterr().out.splitlines()]
    assert max(map(len, lines)) <= 40
    assert "".join(line.split("│")[2].strip() for line in lines if line.count("│") == 3) == WORD
