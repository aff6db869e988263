"""Which seeds fail, and what happens in one of them?

python -m tests.simulation FIRST LAST [--without chain] …
python -m tests.simulation --trace SEED [--without chain] …
"""

import sys

import click
from rich.console import Console
from rich.progress import track

from tests.simulation.city import City, Outcome
from tests.simulation.running import command, outcomes
from tests.simulation.wiring import PARTS, Wiring

_console = Console(soft_wrap=True, highlight=False)


@click.command()
@click.argument("first", type=int, default=0)
@click.argument("last", type=int, default=2_000)
@click.option("--trace", "seed", type=int, help="Tell the steps of this one.")
@click.option("--without", "off", type=click.Choice(PARTS), multiple=True, help="Switch off a part of the protocol.")
def main(first: int, last: int, seed: int | None, off: tuple[str, ...]) -> None:
    """Runs the seeds from FIRST to before LAST; ends with 1 where one of them fails."""
    wiring = Wiring(**{part: part not in off for part in PARTS})
    failed = _tell(City(wiring).run(seed, tracing=True)) if seed is not None else _run(range(first, last), wiring)
    sys.exit(1 if failed else 0)


def _run(seeds: range, wiring: Wiring) -> bool:
    failures = restores = 0
    for outcome in track(outcomes(seeds, wiring), total=len(seeds), console=_console, transient=True):
        restores += outcome.restores
        if outcome.complaints:
            failures += 1
            _tell(outcome)
            _console.print(f"  repeat it with: {command(outcome.seed, wiring)}")
    _console.print(f"{len(seeds)} seeds, {restores} restores, {failures} failures.")
    return failures > 0


def _tell(outcome: Outcome) -> bool:
    for step in outcome.steps:
        _console.print(step, markup=False)
    _console.print(f"seed {outcome.seed}:", "; ".join(outcome.complaints) or "all is well", markup=False)
    return bool(outcome.complaints)


if __name__ == "__main__":
    main()
