"""Does each way in that the documents name have tests that try it, and each such test its row?"""

import re
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_TESTS = _ROOT / "tests" / "security"
_WAYS_IN = 32
# The tests of districts stand in one file, with the number in each name.
_DISTRICTS = "test_relying_party.py"


def evidence() -> dict[int, set[str]]:
    """By a row's number, the files that it names."""
    rows = re.findall(r"^\| (\d+) \|.*\| ([^|]+) \|$", (_ROOT / "docs" / "threats.md").read_text(), re.MULTILINE)
    return {int(number): set(re.findall(r"`([^`]+)`", files)) for number, files in rows}


def test_every_way_in_is_tried() -> None:
    numbers = {number for number, files in evidence().items() if files}
    assert numbers == set(range(1, _WAYS_IN + 1))


def test_every_file_is_named_by_its_row_and_by_no_other() -> None:
    there = {(int(file.name[5:7]), file.relative_to(_TESTS).as_posix()) for file in _TESTS.rglob("test_[0-9][0-9]_*.py")}
    numbers = re.findall(r"^def test_(\d\d)_", (_TESTS / _DISTRICTS).read_text(), re.MULTILINE)
    there |= {(int(number), _DISTRICTS) for number in numbers}
    assert {(number, file) for number, files in evidence().items() for file in files} == there
