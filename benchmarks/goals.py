"""Is what is promised kept?"""

from collections.abc import Iterable
from dataclasses import dataclass

from rich.table import Table


@dataclass(frozen=True)
class Goal:
    """A figure, and how large it must be at least, or may be at most; where nothing is asked, it is only shown."""

    what: str
    figure: float
    unit: str
    at_least: float | None = None
    at_most: float | None = None

    @property
    def is_met(self) -> bool:
        """Whether the figure keeps to its bounds."""
        return (self.at_least is None or self.figure >= self.at_least) and (self.at_most is None or self.figure <= self.at_most)


def goals_table(goals: Iterable[Goal]) -> Table:
    """Each goal with its figure, and whether it is met."""
    table = Table("goal", "asked", "found", "")
    for goal in goals:
        found = f"{goal.figure:,.4g}{goal.unit}"
        if goal.at_least is None and goal.at_most is None:
            table.add_row(goal.what, "", found, "")
            continue
        asked = f"≥ {goal.at_least:,g}" if goal.at_least is not None else f"≤ {goal.at_most:,g}"
        table.add_row(goal.what, f"{asked}{goal.unit}", found, "met" if goal.is_met else "not met")
    return table
