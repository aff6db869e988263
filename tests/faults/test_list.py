"""Does the operators' list of faults say where each of them is tested?"""

import ast
import re
from collections import defaultdict
from pathlib import Path

FOLDER = Path(__file__).parent
LIST = FOLDER.parents[1] / "docs" / "operating.md"
FAULTS = range(1, 26)


def modules_by_fault() -> dict[int, set[str]]:
    """The modules with tests of each fault, by its number."""
    found = defaultdict(set)
    for module in FOLDER.glob("test_*.py"):
        for node in ast.parse(module.read_text()).body:
            if isinstance(node, ast.FunctionDef) and (number := re.match(r"test_(\d+)_", node.name)):
                found[int(number[1])].add(module.name)
    return dict(found)


def test_each_fault_is_listed_with_the_modules_that_test_it() -> None:
    rows = re.findall(r"^\| (\d+) \|.*\|([^|]*)\|$", LIST.read_text(), re.M)
    listed = {int(number): set(re.findall(r"`(test_\w+\.py)`", where)) for number, where in rows}
    assert list(listed) == list(FAULTS)
    assert listed == modules_by_fault()
