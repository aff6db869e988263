"""What becomes of a register at a hub with its tables?

Districts tell it in signed batches, as they always do, and the hub's own program links it. An entry's place in its register is
its registration's ID, so the order of places is that in which they are linked.
"""

import os
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy import select, text

from benchmarks.registers.making import Entry
from benchmarks.registers.people import DISTRICTS, TODAY
from federation.identity.models import Link
from federation.intake import open_inbox
from federation.settings import read_settings
from sync import documents
from sync.contracts.registrations import REGISTRATION_RECORDED, DocumentToken, RegistrationState
from tests.hub.peers import AT, District, Hub, Told
from tests.support.hub import hub_environment, hub_of

_AT_ONCE = 1_000
_PROGRAM = Path(sys.executable).parent / "banyan-hub"
_KIBIBYTES = 1024


@dataclass(frozen=True)
class Run:
    """How long the program took, and how much memory it had at most."""

    seconds: float
    mebibytes: float


@dataclass
class RegisterAtHub:
    """A hub and the districts that tell it registers; `folder` is for the files of its program."""

    hub: Hub
    folder: Path
    environment: dict[str, str]
    districts: dict[str, District] = field(default_factory=dict)

    def hears(self, register: Sequence[Entry], *, first: int = 0, version: int = 1, keys: Sequence[int] = (1,)) -> None:
        """The hub takes what every district says of these registrations, as in `says`."""
        for said in self.says(register, first=first, version=version, keys=keys):
            self.hub.hears(said)

    def says(
        self, register: Sequence[Entry], *, first: int = 0, version: int = 1, keys: Sequence[int] = (1,)
    ) -> Iterator[bytes]:
        """What every district says of its registrations, which are numbered from `first`, in `version`: a batch at a time.

        Documents are told under the federation's keys of the versions `keys`.
        """
        told: dict[str, list[Told]] = defaultdict(list)
        for place, entry in enumerate(register, first):
            told[entry.district].append(Told(REGISTRATION_RECORDED, id_of(place), version, _state(place, entry, keys)))
        for district, registrations in told.items():
            for start in range(0, len(registrations), _AT_ONCE):
                yield self.districts[district].says(*registrations[start : start + _AT_ONCE])

    def links_on_arrival(self) -> None:
        """From now on whoever comes is linked at once."""
        self._restart(links_on_arrival=True)

    def comes_to_rest(self) -> None:
        """The server, PostgreSQL, has done what it does by itself in the minutes after so much was written."""
        with self.hub.sessions() as session:
            connection = session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})
            for task in ("VACUUM (ANALYZE)", "CHECKPOINT"):
                connection.execute(text(task))

    def takes_another_key(self) -> None:
        """The hub is restarted with one more key for document tokens."""
        self._restart(token_keys=(*self.hub.settings.token_keys, os.urandom(32)))

    def run_link(self) -> Run:
        """Has the program link whoever waits."""
        began = time.monotonic()
        process = subprocess.Popen([_PROGRAM, "link"], env=self.environment, stdout=subprocess.DEVNULL)  # noqa: S603 - our own
        _, status, used = os.wait4(process.pid, 0)
        if os.waitstatus_to_exitcode(status):
            raise SystemExit("banyan-hub link has failed.")
        return Run(time.monotonic() - began, used.ru_maxrss / _KIBIBYTES)

    def ids(self) -> list[str]:
        """The volunteer ID of each registration, by its place."""
        with self.hub.sessions() as session:
            return list(session.scalars(select(Link.volunteer_id).order_by(Link.registration_id)))

    def _restart(self, **changes: object) -> None:
        settings = replace(self.hub.settings, **changes)  # type: ignore[arg-type]
        self.hub = Hub(settings, self.hub.sessions, open_inbox(settings, now=lambda: AT))


@contextmanager
def register_at_hub(database_url: str, folder: Path) -> Iterator[RegisterAtHub]:
    """A hub on an empty database that links nobody on arrival, and every district of made registers."""
    environment = os.environ | hub_environment(database_url, folder, LINK_ON_ARRIVAL="false")
    os.environ.update(environment)
    with hub_of(read_settings()) as hub:
        names = list(DISTRICTS.things)
        yield RegisterAtHub(hub, folder, environment, dict(zip(names, hub.enrol(*names), strict=True)))


def id_of(place: int) -> str:
    """The ID of the registration at a place of its register."""
    return f"{place:08d}-0000-7000-8000-000000000000"


def _state(place: int, entry: Entry, keys: Sequence[int]) -> RegistrationState:
    return RegistrationState(
        registration_id=id_of(place),
        organization_id="o1",
        name=entry.name,
        registered_on=entry.registered_on.isoformat(),
        birth_date=entry.birth_date or None,
        gender=entry.gender or None,
        phone=entry.phone or None,
        documents=tokens_of(entry, keys),
    )


def tokens_of(entry: Entry, keys: Sequence[int]) -> tuple[DocumentToken, ...]:
    """What is told of an entry's document, under each of the federation's keys of these versions."""
    if entry.document_kind is None:
        return ()
    document = documents.understand(entry.document_kind, entry.document, today=TODAY)
    if document.number is None:
        return ()
    told = ((version, documents.token(document, _key(version), key_version=version)) for version in keys)
    return tuple(DocumentToken(kind=document.kind.value, key_version=version, token=token) for version, token in told)


def _key(version: int) -> bytes:
    """The federation's key of a version."""
    return version.to_bytes(32)
