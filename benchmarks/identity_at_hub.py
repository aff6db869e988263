"""Does a hub with its tables keep what is promised of who is who?

    python -m benchmarks.identity_at_hub [--registrations 300000] [--people 20000] [--seed 1] [--only speed]

How quick it is is measured against so many registrations on PostgreSQL, with its disk waited for: those that waited and are
linked by `banyan-hub link`, and then 2,000 that come over RabbitMQ to `banyan-hub sync` (`benchmarks.registers.arriving`).
What has to be exact is tried at a smaller hub each, of so many people. A legacy register of 1,500,000 takes a quarter of an
hour to tell.
"""

import os
import random
import tempfile
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from sqlalchemy import inspect, select, text

from benchmarks.goals import Goal, goals_table
from benchmarks.pipeline import percentile
from benchmarks.registers.arriving import arrivals
from benchmarks.registers.at_hub import RegisterAtHub, id_of, register_at_hub, tokens_of
from benchmarks.registers.making import Entry, make_register
from benchmarks.registers.outcomes import share_alike
from federation.errors import FederationError
from federation.identity.keys.retiring import retire_key
from federation.identity.keys.rewrapping import count_older, rewrap_next
from federation.identity.merging.acts import Act, ApartStanding
from federation.identity.turns import wait_for_turn
from tests.hub.peers import AT
from tests.hub.stewards import Desk
from tests.support import postgresql
from tests.support.searching import Numbers

LEGACY_REGISTER = 1_500_000
_PARTS = ("speed", "secrecy", "undo", "rotation", "apart")
_TOLD_AT_ONCE = 100_000
_ARRIVALS = 2_000
_ACTS = 200
_TOLD_APART = 500
_BY = "benchmark"


def speed_goals(made: RegisterAtHub, register: Sequence[Entry]) -> Iterator[Goal]:
    """What is promised of how quick it is; the last entries of `register` come one by one."""
    waiting, arriving = register[:-_ARRIVALS], register[-_ARRIVALS:]
    for start in range(0, len(waiting), _TOLD_AT_ONCE):
        made.hears(waiting[start : start + _TOLD_AT_ONCE], first=start)
    run = made.run_link()
    minutes = run.seconds / 60 * LEGACY_REGISTER / len(waiting)
    yield Goal(f"minutes to link {LEGACY_REGISTER:,} registrations, as {len(waiting):,} were", minutes, " min", at_most=15)
    yield Goal("memory of banyan-hub link", run.mebibytes, " MiB", at_most=4096)
    made.comes_to_rest()
    arrived = list(arrivals(made, arriving, first=len(waiting)))
    inside_ms = percentile([arrival.inside_ms for arrival in arrived], 95)
    answered_ms = percentile([arrival.answered_ms for arrival in arrived], 95)
    yield Goal(f"95 of 100 that come to {len(waiting):,} are linked by the service within", inside_ms, " ms", at_most=20)
    yield Goal("and answered, over the bus and back, within", answered_ms, " ms")


def secrecy_goals(made: RegisterAtHub, register: Sequence[Entry]) -> Iterator[Goal]:
    """What is promised of a copy of the database."""
    made.hears(register)
    made.run_link()
    tokens = {bytes.fromhex(token.token) for entry in register for token in tokens_of(entry, (1,))}
    numbers = Numbers(entry.document for entry in register if entry.document)
    found = 0
    with made.hub.sessions() as session:
        for table in inspect(session.get_bind()).get_table_names():
            rows = session.execute(select(text("*")).select_from(text(table)).execution_options(yield_per=1_000))
            for row in rows:
                values = [value if isinstance(value, bytes) else str(value).encode() for value in row]
                found += len(numbers.within(b"\n".join(values))) + sum(value in tokens for value in values)
    yield Goal("numbers of documents and districts' tokens in the hub's database", found, "", at_most=0)


def undo_goals(made: RegisterAtHub, register: Sequence[Entry], seed: int) -> Iterator[Goal]:
    """What is promised of merges and splits."""
    made.hears(register)
    made.run_link()
    desk, chance = Desk(made.hub, made.districts), random.Random(f"acts {seed}")  # noqa: S311 - chance, no secret
    before = desk.tables()
    for act in reversed([_act_at_random(desk, made.ids(), chance) for _ in range(_ACTS)]):
        desk.undo(act)
    after = desk.tables()
    issued = after["volunteer"].keys() - before["volunteer"].keys()
    yield Goal(
        f"rows that differ when {_ACTS} merges and splits were taken back", _differing(before, after, issued), "", at_most=0
    )
    yield Goal("differences between the tables and the history replayed", len(desk.differences()), "", at_most=0)


def rotation_goals(made: RegisterAtHub, calm: RegisterAtHub, register: Sequence[Entry]) -> Iterator[Goal]:
    """What is promised where both keys for documents are exchanged while registrations come; at `calm` nothing is."""
    half = len(register) // 2
    for hub in (calm, made):
        hub.links_on_arrival()
        hub.hears(register[:half])
    calm.hears(register[half:], first=half)
    made.takes_another_key()
    after = _rewrap(made, after="", chunks=3)
    made.hears(register[half:], first=half, keys=(1, 2))
    _rewrap(made, after=after)
    made.hears(register[:half], version=2, keys=(1, 2))
    with made.hub.sessions.begin() as session:
        retire_key(session, 1, by=_BY, at=AT)
        older = count_older(session, len(made.hub.settings.token_keys))
    yield Goal(
        "same people where both keys were exchanged in mid-load", 100 * share_alike(calm.ids(), made.ids()), " %", at_least=100
    )
    yield Goal("tokens that are left under an older key", older, "", at_most=0)


def apart_goals(made: RegisterAtHub, register: Sequence[Entry], seed: int) -> Iterator[Goal]:
    """What is promised of registrations that a steward called different, when everything is loaded again."""
    made.hears(register)
    places: dict[int, list[int]] = defaultdict(list)
    for place, entry in enumerate(register):
        places[entry.person].append(place)
    pairs = [(one, other) for one, other, *_ in (several for several in places.values() if len(several) > 1)]
    chosen = random.Random(f"apart {seed}").sample(pairs, _TOLD_APART)  # noqa: S311 - chance, no secret
    with made.hub.sessions.begin() as session:
        wait_for_turn(session)
        act = Act(session, by=_BY, at=AT)
        for one, other in chosen:
            act.keep_apart(id_of(one), id_of(other), ApartStanding(by=_BY, reason="two people", since=AT))
        act.finish()
    made.run_link()
    made.links_on_arrival()
    made.hears(register, version=2)
    ids = made.ids()
    linked = sum(ids[one] == ids[other] for one, other in chosen)
    yield Goal(f"of {_TOLD_APART} pairs that were called different, linked again", linked, "", at_most=0)


def _act_at_random(desk: Desk, ids: Sequence[str], chance: random.Random) -> int:
    """Merges two persons or splits one; gives the act's number."""
    members: dict[str, list[str]] = defaultdict(list)
    for place, volunteer_id in enumerate(ids):
        members[volunteer_id].append(id_of(place))
    several = sorted(volunteer_id for volunteer_id, registrations in members.items() if len(registrations) > 1)
    while True:
        try:
            if chance.random() < 0.5:  # noqa: PLR2004 - as often as not
                split = chance.choice(several)
                return desk.split(split, [chance.choice(members[split])])
            one, other = chance.sample(sorted(members), 2)
            return desk.merge(one, other, seconded_by="another", despite_documents=True)
        except FederationError:
            continue


def _differing(before: dict[str, Any], after: dict[str, Any], issued: set[tuple[str]]) -> int:
    """How many rows are not as they were, but for the IDs that splits issued: these stay, as aliases of their persons."""
    new = {volunteer_id for (volunteer_id,) in issued}
    differing = 0
    for name, then in before.items():
        now = {key: _as_before(row, new) for key, row in after[name].items() if key not in issued}
        differing += sum(now.get(key) != then.get(key) for key in now.keys() | then.keys())
    return differing


def _as_before(row: dict[str, Any], issued: set[str]) -> dict[str, Any]:
    return row | {"own_volunteer_id": None} if row.get("own_volunteer_id") in issued else row


def _rewrap(made: RegisterAtHub, *, after: str, chunks: int | None = None) -> str:
    """Brings tokens under the hub's newest key, so many chunks or all; gives where that ended."""
    while chunks is None or chunks:
        with made.hub.sessions.begin() as session:
            wait_for_turn(session)
            chunk = rewrap_next(session, made.hub.settings.token_keys, after=after, limit=1_000)
        if chunk is None:
            break
        after = chunk.last
        chunks = chunks and chunks - 1
    return after


def hub_goals(registrations: int, people: int, seed: int, parts: Collection[str]) -> Iterator[Goal]:
    """Those of `parts`, for one seed."""
    small = list(make_register(people, seed=seed))
    with postgresql.running(durable=True) as server:

        @contextmanager
        def hub() -> Iterator[RegisterAtHub]:
            with (
                server.database(f"hub{os.urandom(4).hex()}") as url,
                tempfile.TemporaryDirectory() as folder,
                register_at_hub(url, Path(folder)) as made,
            ):
                yield made

        if "speed" in parts:
            with hub() as made:
                yield from speed_goals(made, list(make_register(registrations, seed=seed))[:registrations])
        if "secrecy" in parts:
            with hub() as made:
                yield from secrecy_goals(made, small)
        if "undo" in parts:
            with hub() as made:
                yield from undo_goals(made, small, seed)
        if "rotation" in parts:
            with hub() as made, hub() as calm:
                yield from rotation_goals(made, calm, small)
        if "apart" in parts:
            with hub() as made:
                yield from apart_goals(made, small, seed)


@click.command()
@click.option("--registrations", default=300_000, show_default=True, help="Against how many it has to be quick.")
@click.option(
    "--people",
    type=click.IntRange(10_000),
    default=20_000,
    show_default=True,
    help="Of how many the hubs know at which it has to be exact.",
)
@click.option("--seed", default=1, show_default=True, help="What decides who they are.")
@click.option("--only", type=click.Choice(_PARTS), multiple=True, default=_PARTS, help="A part of it, or several.")
def main(registrations: int, people: int, seed: int, only: tuple[str, ...]) -> None:
    """Measures on a new server in a temporary folder."""
    table = goals_table(hub_goals(registrations, people, seed, only))
    table.title = f"{registrations:,} registrations, and {people:,} people; seed {seed}"
    Console().print(table)


if __name__ == "__main__":
    main()
