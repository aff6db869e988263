"""How does a test get a city of real programs, some of which die?

A hub and districts whose settings stand in environments, as on machines of their own. Each party takes part in a thread, or
as the real program in a process; the test looks into the databases and does what people do.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from joserfc.jwk import OKPKey
from sqlalchemy import select

import federation.cli
import federation.migrations
import tenants.cli
import tenants.mailbox
import tenants.migrations
from federation.directory.enrolling import enrol
from federation.settings import read_settings as read_hub_settings
from sync import streams
from sync.messages import signing
from tenants.organizations.arranging import found_district
from tenants.registrations.models import Registration
from tenants.settings import read_settings as read_district_settings
from tests.support import servers
from tests.support.city import BEACON_SECONDS, City, District, Hub, Side, serve
from tests.support.district import district_environment
from tests.support.hub import hub_environment
from tests.support.joining import Machine, part
from tests.support.mortal import Point
from tests.support.tables import lay_tables

MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
_BIN = Path(sys.executable).parent


@dataclass
class Town(City):
    """The city, and the machine of each party."""

    machines: Mapping[str, Machine]
    bus_url: str

    @property
    def database_urls(self) -> dict[str, str]:
        """Where each party's database is."""
        return {party: machine.environment["BANYAN_DATABASE_URL"] for party, machine in self.machines.items()}

    def side(self, party: str) -> Side:
        """The hub, or the district with that code."""
        return self.hub if party == streams.HUB else self.district(party)

    def district(self, code: str) -> District:
        """The district with that code."""
        return next(district for district in self.districts if district.code == code)

    @contextmanager
    def taking_part(self, *parties: str, bus_url: str | None = None) -> Iterator[None]:
        """These parties at work, each in a thread, on the town's bus or another way to it."""
        stop = threading.Event()
        with ExitStack() as stack:
            for party in parties:
                thread = threading.Thread(target=serve, args=(self.side(party), bus_url or self.bus_url, stop), name=party)
                thread.start()
                stack.callback(thread.join)
            stack.callback(stop.set)
            yield

    def start(
        self,
        party: str,
        *arguments: str,
        dying: tuple[Point, str] | None = None,
        output: Path | None = None,
        **changes: str,
    ) -> "subprocess.Popen[bytes]":
        """Starts the party's program, by default with `sync`; one that is `dying` is killed when it comes to that point.

        `changes` are settings without the prefix of their names.
        """
        machine = self.machines[party]
        changed = {f"BANYAN_{name}": value for name, value in changes.items()}
        fate = [sys.executable, "-m", "tests.support.mortal", *dying] if dying else []
        # It is called from its root, where Python finds the tests, too.
        root = Path(__file__).parents[2]
        return servers.start(
            [*fate, _BIN / machine.program, *(arguments or ("sync",))],
            output=output or machine.folder / "program.log",
            env={**os.environ, **machine.environment, **changed, "PYTHONPATH": str(root)},
        )

    def path(self, party: str) -> Path:
        """The file of the party's database."""
        return Path(self.database_urls[party].removeprefix("sqlite:///"))

    def shown(self, code: str) -> dict[str, str | None]:
        """The volunteer ID of everybody in a district, by their number there."""
        with self.district(code).sessions() as session:
            rows = session.execute(select(Registration.local_number, Registration.volunteer_id))
            return {str(row.local_number): row.volunteer_id for row in rows}

    def serve(self, code: str, number: str, *, minutes: int = 60) -> None:
        """Somebody registers in a district and serves an hour there, which is certified."""
        district = self.district(code)
        district.register(number, name=f"志愿者{number}")
        district.certify_hours(number, started_at=MORNING, ended_at=MORNING + timedelta(minutes=minutes))


@contextmanager
def town(folder: Path, *codes: str, bus_url: str) -> Iterator[Town]:
    """A hub and a district for each of `codes` on SQLite, enrolled and founded; nobody takes part yet."""
    with ExitStack() as stack:
        hub_home = folder / streams.HUB
        hub_home.mkdir()
        common = {"BUS_URL": bus_url, "BEACON_SECONDS": str(BEACON_SECONDS)}
        hub = Machine("banyan-hub", hub_home, hub_environment(f"sqlite:///{hub_home / 'hub.db'}", hub_home, **common))
        with hub.settings():
            hub_settings = read_hub_settings()
        hub_side = Hub(*part(stack, federation.cli.PROGRAM, hub_settings), hub_settings)
        lay_tables(hub_side.sessions.kw["bind"], federation.migrations.MIGRATIONS)
        machines = {streams.HUB: hub}
        districts = []
        for code in codes:
            machines[code] = _district_machine(folder / code, code, common, hub_key=hub_settings.wire.signing_key)
            district = _begin(stack, machines[code])
            districts.append(district)
            with hub_side.sessions.begin() as session:
                enrol(
                    session,
                    code,
                    name=code,
                    region_code="440304",
                    key=signing.read_key(signing.public_jwk(district.wire.signing_key)),
                    inbox=hub_side.participant.inbox,
                    at=datetime.now(UTC),
                )
        yield Town(hub_side, districts, machines, bus_url)


def _district_machine(home: Path, code: str, common: Mapping[str, str], *, hub_key: OKPKey) -> Machine:
    home.mkdir()
    changes = {"HUB_KEY": signing.public_jwk(hub_key).decode(), "LANGUAGE": "en", **common}
    environment = district_environment(home, code=code, name=code)
    return Machine("banyan-district", home, environment | {f"BANYAN_{name}": value for name, value in changes.items()})


def _begin(stack: ExitStack, machine: Machine) -> District:
    """A district with its tables, its streams and its root."""
    with machine.settings():
        settings = read_district_settings()
    district = District(*part(stack, tenants.cli.PROGRAM, settings), settings)
    lay_tables(district.sessions.kw["bind"], tenants.migrations.MIGRATIONS)
    with district.sessions.begin() as session:
        tenants.mailbox.open_streams(session, district.code)
        found_district(session, district=district.code, name=district.settings.district_name)
    return district
