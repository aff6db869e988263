"""What does the city look like, in a terminal?"""

from pathlib import Path

from rich import box
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
    """What each district handed over, what became of it, and whether the hub has the same; for 80 columns and more."""
    table = Table(title="One city", title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False)
    table.add_column("District")
    table.add_column("Register", no_wrap=True)
    for heading in ("Read", "Accepted", "Refused", "Certified minutes", "at the hub"):
        table.add_column(heading, justify="right", overflow="fold")
    table.add_column("Equal")
    for comparison in city.comparisons:
        for result in results[comparison.district.code]:
            last = result is results[comparison.district.code][-1]
            table.add_row(*_cells(result, comparison, last=last), end_section=last)
    files = [result for of_district in results.values() for result in of_district]
    return Group(
        table,
        "",
        *(f"{one.district.name}: {_difference(one)}." for one in city.comparisons if not one.is_equal),
        f"Accepted rows that wait for a coordinator to certify them: {sum(result.waiting for result in files):,}",
        "Refused rows, and those that entered with a notice, each with its line and the reason:",
        *(f"  {_short(result.report)}" for result in files),
        f"{city.registrations:,} registrations, {city.people:,} distinct people so far, "
        f"{city.pending_reviews:,} questions for a steward, {seconds:.0f} seconds",
    )


def _cells(result: FileResult, comparison: Comparison, *, last: bool) -> list[str]:
    minutes = (f"{comparison.minutes:,}", f"{comparison.minutes_at_hub:,}") if last else ("", "")
    return [
        comparison.district.code if last else comparison.district.name,
        result.kind,
        f"{result.read:,}",
        f"{result.accepted:,}",
        f"{result.refused:,}",
        *minutes,
        ("yes" if comparison.is_equal else "no") if last else "",
    ]


def _difference(comparison: Comparison) -> str:
    if not comparison.has_arrived:
        return f"{comparison.said - comparison.taken:,} of its events are still on their way"
    here = f"{comparison.registrations:,} registrations and {comparison.minutes:,} minutes there"
    return f"{here}, {comparison.registrations_at_hub:,} and {comparison.minutes_at_hub:,} at the hub"


def _short(path: Path) -> Path:
    """The path from here, where it is below here."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path
