"""What do the tables of a document say?"""

import re
from datetime import timedelta
from pkgutil import resolve_name
from typing import Any

_UNITS = {"": 1, "s": 1, "h": 3600, "days": 86_400, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
_QUANTITY = re.compile(r"([\d,.]+) ?(\w*)")


def table(text: str, first_heading: str) -> list[list[str]]:
    """The cells of each row below the heading of the table that begins with `first_heading`, without code marks."""
    lines = text.splitlines()
    [start] = [number for number, line in enumerate(lines) if line.startswith(f"| {first_heading} |".replace("|  |", "| |"))]
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip().strip("`") for cell in line.strip("|").split("|")])
    return rows


def figures(text: str) -> list[tuple[str, str, str]]:
    """Of each row that names where its figure stands in the code: what it is, the figure, and that place."""
    return re.findall(r"^\| (.*) \| (\d.*) \| `([a-z]+\.[\w.]+)` \|$", text, re.M)


def quantity(said: str) -> float:
    """A figure with its unit, in seconds or bytes where it has one."""
    matched = _QUANTITY.fullmatch(said)
    assert matched is not None, said
    return float(matched[1].replace(",", "")) * _UNITS[matched[2]]


def quantity_in_code(name: str) -> float:
    """The same of what stands at `name` in the code; days where the name says so."""
    known: Any = resolve_name(name)
    if isinstance(known, timedelta):
        return known.total_seconds()
    return float(known) * (_UNITS["days"] if name.lower().endswith("_days") else 1)
