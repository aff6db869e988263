"""What happens to a city in one run, as one seed decides it?

A hub and two districts work on a bus that loses, doubles and reorders. They crash at every point, and are put back to older
backups. Then the weather is good, nothing fails any more, and everybody goes round until all agree.
"""

import random
import traceback
from dataclasses import dataclass, field
from datetime import timedelta

from structlog.testing import capture_logs

from sync import streams
from sync.testing import BadWeather
from tests.simulation.checking import Checker
from tests.simulation.faults import Point
from tests.simulation.parties import BEACON_SECONDS, Party
from tests.simulation.wiring import WHOLE, Wiring, wired
from tests.support.sides import Ring

DISTRICTS = ("futian", "luohu")
SCENES = 10
_BUSY = (0, 2, 4, 8)
MAX_RESTORES = 3
MAX_ROUNDS = 12
MAX_ACTIONS = 400
_HELD = "SELECT volunteer_id, key FROM held_id"
_ANSWERED_FOR = "SELECT volunteer_id, key FROM issued_id"
_CHANCES = (0.0, 0.05, 0.15, 0.3)
# What a person would have to look at, and nothing here calls for.
_NEVER_LOGGED = {"message_given_up", "not_restored"}
_ARRIVES = 0.2
_SKEWS = (timedelta(), timedelta(days=-3), timedelta(days=2))


@dataclass
class Outcome:
    """How a run ended: `complaints` are what is wrong, `steps` what happened, where somebody wanted to know."""

    seed: int
    restores: int = 0
    complaints: list[str] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)


class City:
    """A hub and its districts, wired in one way, for as many runs as are wanted."""

    def __init__(self, wiring: Wiring = WHOLE) -> None:
        self._wiring = wiring
        ring = Ring()
        ups, downs = [streams.up(code) for code in DISTRICTS], [streams.down(code) for code in DISTRICTS]
        self.parties = {streams.HUB: Party(streams.HUB, reads=ups, writes=downs, ring=ring, wiring=wiring)}
        for code, up, down in zip(DISTRICTS, ups, downs, strict=True):
            self.parties[code] = Party(code, reads=[down], writes=[up], ring=ring, wiring=wiring)
        self._checker = Checker(DISTRICTS)

    def run(self, seed: int, *, tracing: bool = False) -> Outcome:
        """One run, which the seed alone decides. Where `tracing`, its steps are told."""
        run = Run(self.parties, self._checker, seed, tracing=tracing)
        with wired(self._wiring), capture_logs() as logged:
            try:
                run.finish()
            except Exception as error:
                run.outcome.complaints.append(f"{type(error).__name__}: {error}")
                run.outcome.steps += traceback.format_exception(error)
        run.outcome.complaints += [str(entry) for entry in logged if entry["event"] in _NEVER_LOGGED]
        return run.outcome


class Run:
    """One run, and what somebody knows who sees everything."""

    def __init__(self, parties: dict[str, Party], checker: Checker, seed: int, *, tracing: bool) -> None:
        self._parties = parties
        self._checker = checker
        self._chance = random.Random(seed)  # noqa: S311 - chance, no secret
        self._weather = BadWeather(
            seed=seed,
            lose=self._chance.choice(_CHANCES),
            double=self._chance.choice(_CHANCES),
            reorder=self._chance.choice(_CHANCES),
        )
        self.outcome = Outcome(seed)
        self._tracing = tracing
        self._states = 0
        self._survivors: dict[str, int] = {}
        self._shown: set[tuple[str, str]] = set()
        self._late: list[tuple[str, bytes]] = []
        self._backups: dict[str, list[bytes]] = {name: [] for name in parties}
        self._left = {True: MAX_RESTORES, False: MAX_RESTORES}
        for party in parties.values():
            party.begin(self._weather, self._draw)

    def finish(self) -> None:
        """Everything up to the checker's word."""
        self._back_up()
        for _ in range(SCENES):
            for _ in range(self._chance.choice((0, 1, 1, 2))):
                self._write()
            self._work(self._chance.choice(_BUSY))
            self._chance.choices(_FATES, _CHANCES_OF_FATES)[0](self)
        self._heal()

    def _say(self, what: str, party: Party | None = None) -> None:
        if self._tracing:
            self.outcome.steps.append(f"{what}: {_where(party)}" if party else what)

    def _draw(self) -> str:
        return str(self._chance.randrange(10**12))

    def _any_party(self) -> Party:
        return self._parties[self._chance.choice(list(self._parties))]

    def _write(self) -> None:
        self._write_in(self._chance.choice(DISTRICTS))

    def _write_in(self, code: str) -> None:
        district = self._parties[code]
        keys = [key for (key,) in district.database.execute("SELECT key FROM registration ORDER BY key")]
        states = {}
        for _ in range(self._chance.choice((1, 1, 2, 4))):
            self._states += 1
            key = self._chance.choice(keys) if keys and self._chance.random() < 0.5 else f"{code}-{self._states}"
            states[key] = self._states
        if district.write(states):
            self._survivors |= states
            self._say(f"{code} writes {states}")
        else:
            self._say(f"{code} fails to write {states}")

    def _work(self, actions: int) -> None:
        """Some send and take what waits for them, in any order; from time to time the clock goes on."""
        for _ in range(actions):
            if self._chance.random() < 0.3:
                self._tick()
            self._arrive_late()
            party = self._any_party()
            if self._chance.random() < 0.8:
                party.send()
                self._say(f"{party.name} sends", party)
            waiting = len(self._weather.waiting(party.name))
            if waiting and self._chance.random() < 0.8:
                taken = [self._take(party) for _ in range(self._chance.randint(1, waiting))]
                self._say(f"{party.name} takes {sum(taken)}", party)

    def _take(self, party: Party) -> bool:
        """Takes one message; says whether there was one."""
        held = set(party.database.execute(_HELD))
        taken = party.receive()
        if party.name != streams.HUB and not self._is_of_this_hub(party):
            # It believed a hub that was put back meanwhile. What it has given up for that is nowhere any more, and a district
            # claims only what it holds (docs/protocol.md).
            self._shown -= held - set(party.database.execute(_HELD))
        return taken

    def _is_of_this_hub(self, district: Party) -> bool:
        """Whether the last that it has read is told by the hub as it is now."""
        stream = streams.down(district.name)
        place = district.database.execute("SELECT epoch, sequence, hash FROM stream_cursor WHERE stream = ?", [stream])
        told = "SELECT 1 FROM written_batch WHERE stream = ? AND (epoch, last, hash) = (?, ?, ?)"
        return bool(self._parties[streams.HUB].database.execute(told, [stream, *place.fetchone()]).fetchone())

    def _tick(self, seconds: float | None = None) -> None:
        seconds = seconds or self._chance.choice((0.6, 2.5, BEACON_SECONDS))
        for party in self._parties.values():
            party.seconds += seconds
        self._say(f"{seconds} seconds pass")

    def _strike(self) -> None:
        party, point = self._any_party(), self._chance.choice(list(Point))
        crash = self._chance.random() < 0.7
        party.faults.arm(point, crash=crash)
        self._say(f"{party.name} will {'crash' if crash else 'fail'} {point}")

    def _worsen(self) -> None:
        kind = self._chance.choice(("bus", "bus is down", "clock", "handler", "parked"))
        hub = self._parties[streams.HUB]
        if kind == "bus":
            self._weather.lose_everything()
            self._say("the bus loses everything")
        elif kind == "bus is down":
            self._weather.down = not self._weather.down
            self._say(f"the bus is {'down' if self._weather.down else 'up again'}")
        elif kind == "clock":
            party = self._any_party()
            party.skew = self._chance.choice(_SKEWS)
            self._say(f"the clock of {party.name} is wrong by {party.skew}")
        elif kind == "handler":
            hub.refusing = not hub.refusing
            self._say(f"the hub {'refuses' if hub.refusing else 'takes'} registrations")
        else:
            hub.database.execute("DELETE FROM parked_record")
            self._say("somebody throws away what is parked at the hub")

    def _delay(self) -> None:
        """What waits for somebody is held up on its way, and arrives when it is not expected any more."""
        party = self._any_party()
        waiting = self._weather.waiting(party.name)
        self._late += [(party.name, raw) for raw in waiting]
        self._say(f"{len(waiting)} messages to {party.name} are held up")
        waiting.clear()

    def _arrive_late(self) -> None:
        if self._late and self._chance.random() < _ARRIVES:
            name, raw = self._late.pop(self._chance.randrange(len(self._late)))
            self._weather.waiting(name).append(raw)
            self._say(f"a message to {name} arrives late")

    def _back_up(self) -> None:
        party = self._any_party()
        self._backups[party.name].append(party.backup())
        self._say(f"{party.name} is copied aside", party)

    def _restore(self) -> None:
        name = self._chance.choice(list(self._parties))
        is_hub = name == streams.HUB
        if not self._backups[name] or not self._left[is_hub]:
            return
        self._left[is_hub] -= 1
        self.outcome.restores += 1
        self._see_ids()
        backups = self._backups[name]
        chosen = self._chance.randrange(len(backups))
        self._parties[name].restore(backups[chosen])
        # These tell a history that is given up now, and nothing says what would be newer in it (docs/protocol.md).
        del backups[chosen + 1 :]
        self._forget_what_is_nowhere()
        self._say(f"{name} is put back to its copy", self._parties[name])
        if not is_hub and self._chance.random() < 0.5:
            # Before anybody notices.
            self._write_in(name)

    def _see_ids(self) -> None:
        """Everything that stands in a district's register was shown to somebody."""
        for code in DISTRICTS:
            self._shown |= set(self._parties[code].database.execute(_HELD))

    def _forget_what_is_nowhere(self) -> None:
        """What a restore took from both sides is lost; everything else has to come back."""
        states: dict[str, int] = {}
        ids: set[tuple[str, str]] = set()
        for name, party in self._parties.items():
            for key, state in party.database.execute("SELECT key, state FROM registration"):
                states[key] = max(state, states.get(key, 0))
            ids |= set(party.database.execute(_ANSWERED_FOR if name == streams.HUB else _HELD))
        self._survivors = states
        self._shown &= ids

    def _heal(self) -> None:
        self._weather.lose = self._weather.double = self._weather.reorder = 0.0
        self._weather.down = False
        for party in self._parties.values():
            party.faults.disarm()
        self._parties[streams.HUB].refusing = False
        self._say("everything is well again")
        for number in range(1, MAX_ROUNDS + 1):
            self._tick(3700.0 if number % 4 == 0 else BEACON_SECONDS)
            for party in self._parties.values():
                party.retry()
            self._settle()
            self.outcome.complaints = self._check()
            if not self.outcome.complaints:
                break
        for name, party in self._parties.items():
            self._say(f"in the end {name}", party)

    def _settle(self) -> None:
        """Lets everybody work until nobody has anything to do, and nothing is under way any more."""
        for _ in range(MAX_ACTIONS):
            busy = bool(self._late)
            self._arrive_late()
            for party in self._parties.values():
                busy |= party.send()
                while self._take(party):
                    busy = True
            if not busy:
                return
        raise RuntimeError("there is no end of messages")

    def _check(self) -> list[str]:
        databases = {name: party.backup() for name, party in self._parties.items()}
        self._see_ids()
        return self._checker.complaints(databases, survivors=self._survivors, shown=sorted(self._shown))


_FATES = (Run._back_up, Run._restore, Run._strike, Run._delay, Run._worsen)
_CHANCES_OF_FATES = (5, 7, 2, 1, 2)


def _where(party: Party) -> str:
    ask = party.database.execute
    heads = ask("SELECT stream, epoch, sequence, peer_verdict, recovery FROM stream_head ORDER BY stream").fetchall()
    cursors = ask("SELECT stream, epoch, sequence, fence FROM stream_cursor ORDER BY stream").fetchall()
    written = [f"{stream} {epoch}.{last} {verdict or ''}{step or ''}" for stream, epoch, last, verdict, step in heads]
    read = [f"{stream} {epoch}.{last} fence {fence}" for stream, epoch, last, fence in cursors]
    return f"writes {', '.join(written)}; has read {', '.join(read)}"
