"""What does `make demo` do?"""

import fcntl
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

import rich_click as click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from demo import pages
from demo.bus import bus_of, delete
from demo.catching_up import Ask, City, Comparison, catch_up
from demo.errors import DemoError
from demo.feeding import FileResult, feed
from demo.parties import District, Party, districts_of, hub_of
from demo.ports import HOST, free_ports
from demo.room import check_room, full, is_full, speaks_of_full_disk
from demo.settling import COORDINATOR, password_of, settle
from demo.showing import city_table, console
from demo.supervising import Supervisor, end_left_over
from demo.volunteer import volunteer

FIRST_PORT = 8000
_HIGHEST_PORT = 65_532  # three more follow
_PATIENCE_SECONDS = 60.0
_LOOK_SECONDS = 0.2


@click.command()
@click.option("--once", is_flag=True, help="End after the table; exit code 1 where a district and the hub differ.")
@click.option(
    "--lose-the-bus",
    is_flag=True,
    help="Delete the bus in mid-run, with all that waits on it: the table comes out equal all the same.",
)
@click.option("--reset", is_flag=True, help="Remove the city instead, so that the next one begins with the registers again.")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("var"),
    show_default=True,
    help="Where the city is kept.",
)
@click.option(
    "--port",
    type=click.IntRange(1, _HIGHEST_PORT),
    default=FIRST_PORT,
    show_default=True,
    help="The hub's pages; the districts have the ports that follow.",
)
def main(once: bool, lose_the_bus: bool, reset: bool, folder: Path, port: int) -> None:
    """Make one city of a hub and three districts on this machine, and keep it running until Ctrl-C.

    What is there already is not done again: a second run goes on where the first one was ended, however it was.

    With make, options stand in quotes: make demo ARGS="--once --port 9000"
    """
    # SIGINT too: a shell has what it starts in the background ignore that.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    say = console()
    try:
        with _alone(folder.absolute()) as city:
            if reset:
                _remove(city)
            else:
                sys.exit(_run(city, say, once=once, lose_the_bus=lose_the_bus, first_port=port))
    except (DemoError, OSError) as obstacle:
        _give_up(obstacle, folder.absolute())
    except KeyboardInterrupt:
        say.print("Stopped before the city was complete. The next run goes on from here.")
        sys.exit(130)


def _run(city: Path, say: Console, *, once: bool, lose_the_bus: bool, first_port: int) -> int:
    started = time.monotonic()
    hub, districts = hub_of(city), districts_of(city)
    parties: list[Party] = [hub, *districts]
    for name in ("run", "log"):
        (city / name).mkdir(exist_ok=True)
    with Supervisor(folder=city / "run", logs=city / "log") as supervisor:
        check_room(city)

        def check() -> None:
            if is_full(city):
                raise full(city)
            supervisor.check()

        ports = dict(zip((party.code for party in parties), _ports(say, first_port, len(parties)), strict=True))
        with say.status("Setting up the hub and three districts"):
            settle(hub, districts, {code: f"http://{HOST}:{port}" for code, port in ports.items()})
        _start(supervisor, parties, ports)
        results = _feed(say, districts, supervisor, bus=bus_of(city) if lose_the_bus else None)
        with say.status("Waiting for the pages"):
            pages.wait_for(list(ports.values()), check=check)
        found = _catch_up(say, districts, lambda path: pages.read(ports[hub.code], path, check=check))
        say.print(city_table(results, found, seconds=time.monotonic() - started))
        if once:
            return 0 if all(comparison.is_equal for comparison in found.comparisons) else 1
        _show_doors(say, parties, ports, city)
        try:
            while True:
                supervisor.check()
                time.sleep(_LOOK_SECONDS)
        except KeyboardInterrupt:
            say.print("Stopping.")
            return 0


def _start(supervisor: Supervisor, parties: list[Party], ports: dict[str, int]) -> None:
    for party in parties:
        address = f"{HOST}:{ports[party.code]}"
        supervisor.start(f"{party.code}-web", party.command("web", "--bind", address, "--threads", "4"), party.environment())
        supervisor.start(f"{party.code}-sync", party.command("sync"), party.environment())


def _ports(say: Console, first: int, count: int) -> list[int]:
    wanted = range(first, first + count)
    ports = free_ports(wanted)
    for port, instead in zip(wanted, ports, strict=True):
        if port != instead:
            say.print(f"Port {port} is taken; {instead} is used instead. --port chooses others.")
    return ports


def _feed(say: Console, districts: list[District], supervisor: Supervisor, *, bus: Path | None) -> dict[str, list[FileResult]]:
    """Hands over the registers; deletes `bus`, where one is given, when the first district is half through its hours."""
    losses = iter([bus] if bus else [])
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(SpinnerColumn(), *columns, console=say) as bars:
        tasks = {
            (district.code, kind): bars.add_task(f"{district.name} reads its {kind}", total=None)
            for district in districts
            for kind in ("volunteers", "hours")
        }

        def show(district: District, kind: str, read: int, total: int) -> None:
            bars.update(tasks[district.code, kind], completed=read, total=total)
            if kind == "hours" and 2 * read >= total and (lost := next(losses, None)):
                say.print(f"The bus is lost, with the {delete(lost)} bytes that were on it.")

        return feed(districts, supervisor, show)


def _catch_up(say: Console, districts: list[District], ask_hub: Ask) -> City:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(SpinnerColumn(), *columns, console=say) as bars:
        tasks = {district.code: bars.add_task(f"The hub follows {district.name}", total=None) for district in districts}

        def show(comparison: Comparison) -> None:
            bars.update(tasks[comparison.district.code], completed=comparison.taken, total=comparison.said)

        return catch_up(districts, ask_hub=ask_hub, show=show, patience_seconds=_PATIENCE_SECONDS)


def _show_doors(say: Console, parties: list[Party], ports: dict[str, int], city: Path) -> None:
    districts, somebody = districts_of(city), volunteer()
    hub_address = f"http://{HOST}:{ports[parties[0].code]}"
    say.print("\nThe city's pages, for everybody:")
    say.print(f"  {parties[0].name}  {hub_address}/")
    say.print("The districts' pages, where volunteers sign in with their city ID:")
    for district in districts:
        say.print(f"  {district.name}  http://{HOST}:{ports[district.code]}/")
    say.print(f"Whoever has none yet claims theirs at {hub_address}/claim, for instance as")
    say.print(f"  {somebody.name}  {somebody.document_number}  {somebody.phone}", markup=False)
    say.print(f"What the city sends to telephones and by e-mail stands at {hub_address}/outbox")
    say.print("The districts' desks, with a sign-in for each:")
    for district in districts:
        at_desk = f"http://{HOST}:{ports[district.code]}/desk/"
        say.print(f"  {district.name}  {at_desk}  {COORDINATOR}  {password_of(district)}", markup=False)
    say.print(f"Logs are in {city / 'log'}. Ctrl-C stops everything.")


@contextmanager
def _alone(city: Path) -> Iterator[Path]:
    """Sees to it that nobody else has this city in hand."""
    try:
        city.mkdir(parents=True, exist_ok=True)
        lock = (city / "city.lock").open("a")
    except OSError as obstacle:
        reason = f"{city} cannot be used: {obstacle.strerror}"
        raise DemoError(f"{reason}. Name another place with ARGS=--folder=PLACE.") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DemoError(f"The city in {city} is running already. End it there with Ctrl-C first.") from None
        yield city


def _remove(city: Path) -> None:
    """Removes what the demo put there, and nothing else."""
    end_left_over(city / "run")
    for folder in (*(party.folder for party in (hub_of(city), *districts_of(city))), city / "run", city / "log"):
        shutil.rmtree(folder, ignore_errors=True)
    delete(bus_of(city))
    (city / "city.lock").unlink(missing_ok=True)


def _give_up(obstacle: DemoError | OSError, city: Path) -> NoReturn:
    """Ends with a sentence that says what to do."""
    if is_full(city) or speaks_of_full_disk(obstacle):
        obstacle = full(city)
    if not isinstance(obstacle, DemoError):
        raise obstacle
    # Not in a frame: what a program said of itself may stand in one already.
    click.echo(str(obstacle), err=True)
    sys.exit(1)


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main(prog_name="make demo")
