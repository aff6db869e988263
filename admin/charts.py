"""Where does each part of a column chart stand?

Stacked columns are worked out here and drawn by `macros/charts.html`. Of the libraries that draw SVG, leather has no stacks,
and what pygal draws has styles and scripts in it, which a page must not have.
"""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 960, 280
_LEFT, _RIGHT, _TOP, _BOTTOM = 60, 28, 12, 28
_MAX_STEPS = 5
_MAX_LABELS = 12
_COLUMN_SHARE = 0.7


@dataclass(frozen=True)
class Part:
    """A piece of a column: its place, and which series and column it is."""

    x: float
    y: float
    width: float
    height: float
    series: int
    column: int


@dataclass(frozen=True)
class Chart:
    """Parts of columns, lines at round values, and the columns that have room for a label, the last one above all."""

    parts: list[Part]
    lines: list[tuple[int, float]]
    labels: list[tuple[int, float]]


def stack(series: Sequence[Sequence[int]], *, unit: int = 1) -> Chart:
    """The chart of `series`, each of which has one value of 0 or more for each column; lines stand at multiples of `unit`."""
    sums = [sum(values) for values in zip(*series, strict=True)]
    step = _step(max(sums, default=0), unit)
    top = step * max(1, -(-max(sums, default=0) // step))
    scale = (HEIGHT - _TOP - _BOTTOM) / top
    room = (WIDTH - _LEFT - _RIGHT) / max(1, len(sums))
    parts = []
    for column in range(len(sums)):
        reached = 0
        for index, values in enumerate(series):
            height = values[column] * scale
            reached += values[column]
            x = _LEFT + room * (column + (1 - _COLUMN_SHARE) / 2)
            y = HEIGHT - _BOTTOM - reached * scale
            if height:
                parts.append(Part(round(x, 1), round(y, 1), round(room * _COLUMN_SHARE, 1), round(height, 1), index, column))
    lines = [(value, round(HEIGHT - _BOTTOM - value * scale, 1)) for value in range(0, top + 1, step)]
    every = -(-len(sums) // _MAX_LABELS) or 1
    labels = [(column, round(_LEFT + room * (column + 0.5), 1)) for column in range((len(sums) - 1) % every, len(sums), every)]
    return Chart(parts, lines, labels)


def _step(largest: int, unit: int) -> int:
    """The smallest of 1, 2, 5, 10, 20, … units with which few lines reach `largest`."""
    power = unit
    while True:
        for step in (power, 2 * power, 5 * power):
            if step * _MAX_STEPS >= largest:
                return step
        power *= 10
