"""What does the city look like, in a terminal?"""

from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.table import Table

from demo.catching_up import City, Comparison
from demo.feeding import FileResult

# Where nobody looks, in a log, a table needs no terminal's narrowness.
_LOG_COLUMNS = 120


def console() -> Console:
    """Where everything is said."""
    found = Console(highlight=False)
    return found if found.is_terminal else Console(highlight=False, width=_LOG_COLUMNS)


def city_table(results: dict[str, list[FileResult]], city: City, *, seconds: float) -> RenderableType:
    """What each district handed over, what became of it, and whether the hub has the same."""
    table = Table(title="One city", title_justify="left")
    table.add_column("District")
    table.add_column("Register")
    for heading in ("Read", "Accepted", "of these waiting", "Refused", "Certified minutes", "at the hub"):
        table.add_column(heading, justify="right")
    table.add_column("Equal")
    for comparison in city.comparisons:
        for result in results[comparison.district.code]:
            last = result is results[comparison.district.code][-1]
            table.add_row(*_cells(result, comparison, last=last), end_section=last)
    return Group(
        table,
        "Refused rows, and those that entered with a notice, each with its line and the reason:",
        *(f"  {_short(result.report)}" for files in results.values() for result in files),
        f"{city.registrations:,} registrations, {city.people:,} distinct people so far, {seconds:.0f} seconds",
    )


def _cells(result: FileResult, comparison: Comparison, *, last: bool) -> list[str]:
    minutes = (f"{comparison.minutes:,}", f"{comparison.minutes_at_hub:,}") if last else ("", "")
    verdict = "yes" if comparison.is_equal else f"no, {_difference(comparison)}"
    return [
        "" if last else f"{comparison.district.name} {comparison.district.code}",
        result.kind,
        f"{result.read:,}",
        f"{result.accepted:,}",
        f"{result.waiting:,}" if last else "",
        f"{result.refused:,}",
        *minutes,
        verdict if last else "",
    ]


def _difference(comparison: Comparison) -> str:
    if not comparison.has_arrived:
        return f"{comparison.said - comparison.taken:,} events on their way"
    return f"{comparison.registrations_at_hub:,} of {comparison.registrations:,} registrations there"


def _short(path: Path) -> Path:
    """The path from here, where it is below here."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
