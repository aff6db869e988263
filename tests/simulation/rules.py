"""What do the hub and a district of the simulation do with what they are told?

The same as in earnest, on a few columns: the hub keeps the newest state of each registration and gives it a volunteer ID, the
district keeps the ID, claims it where the hub begins anew, and takes back what it lost. In plain SQL, which costs least.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from sync import streams
from sync.contracts.identities import VOLUNTEER_ID_ASSIGNED, VOLUNTEER_ID_CLAIMED, VolunteerIdState, claim_key
from sync.contracts.registrations import REGISTRATION_RECORDED, RegistrationState
from sync.mailbox.facts import Fact
from sync.mailbox.log import Log

_TAKE_REGISTRATION = """
    INSERT INTO registration (key, state, epoch, version) VALUES (?, ?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET state = excluded.state, epoch = excluded.epoch, version = excluded.version
    WHERE (excluded.epoch, excluded.version) > (epoch, version) RETURNING key
"""
_RESTORE_REGISTRATION = """
    INSERT INTO registration (key, state, epoch, version) VALUES (?, ?, 0, ?)
    ON CONFLICT (key) DO UPDATE SET state = excluded.state, version = excluded.version WHERE excluded.version > version
    RETURNING key
"""
_WRITE_REGISTRATION = """
    INSERT INTO registration (key, state, epoch, version) VALUES (?, ?, 0, 1)
    ON CONFLICT (key) DO UPDATE SET state = excluded.state, version = version + 1 RETURNING version
"""
_TAKE_ID = """
    INSERT INTO held_id (key, volunteer_id, epoch, version) VALUES (?, ?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET volunteer_id = excluded.volunteer_id, epoch = excluded.epoch, version = excluded.version
    WHERE (excluded.epoch, excluded.version) > (epoch, version) RETURNING key
"""
_TELL_ID = """
    INSERT INTO held_id (key, volunteer_id, epoch, version) VALUES (?, ?, 0, 1)
    ON CONFLICT (key) DO UPDATE SET volunteer_id = excluded.volunteer_id, version = version + 1 RETURNING version
"""


class HubRules:
    """What the hub does.

    `draw` gives volunteer IDs, which are random, so that a hub that forgot some does not give them again. While it `refuses`,
    it takes no registration, as after an upgrade that went wrong.
    """

    def __init__(self, log: Log, *, draw: Callable[[], str], refuses: Callable[[], bool]) -> None:
        self._log = log
        self._draw = draw
        self._refuses = refuses

    def take_registrations(self, session: Session, district: str, facts: Sequence[Fact]) -> None:
        """Keeps the newest state of each registration, and gives those that are new an ID.

        Raises `ValueError` while it refuses.
        """
        if self._refuses():
            raise ValueError("no registration is taken")
        for fact in _newest(facts).values():
            state = int(fact.data.name)
            if _run(session, _TAKE_REGISTRATION, fact.key, state, fact.epoch, fact.version):
                _run(session, "INSERT INTO effect (key, state) VALUES (?, ?) RETURNING id", fact.key, state)
                if not _run(session, "SELECT 1 FROM held_id WHERE key = ?", fact.key):
                    self._issue(session, district, fact.key, self._draw())

    def take_claims(self, session: Session, district: str, facts: Sequence[Fact]) -> None:
        """Answers for the IDs that the district holds from now on; nobody is given somebody else's."""
        for fact in _newest(facts).values():
            claimed = fact.data.volunteer_id
            key = fact.data.registration_id
            owner = _run(session, "SELECT key FROM issued_id WHERE volunteer_id = ?", claimed)
            held = _run(session, "SELECT volunteer_id FROM held_id WHERE key = ?", key)
            if not owner:
                self._issue(session, district, key, claimed)
            elif not held:
                self._issue(session, district, key, self._draw())
            elif owner != [(key,)]:
                self._tell(session, district, key, held[0][0])

    def _issue(self, session: Session, district: str, key: str, volunteer_id: str) -> None:
        _run(session, "INSERT INTO issued_id (volunteer_id, key) VALUES (?, ?) RETURNING key", volunteer_id, key)
        self._tell(session, district, key, volunteer_id)

    def _tell(self, session: Session, district: str, key: str, volunteer_id: str) -> None:
        ((version,),) = _run(session, _TELL_ID, key, volunteer_id)
        said = VolunteerIdState(registration_id=key, volunteer_id=volunteer_id)
        self._log.announce(session, streams.down(district), type=VOLUNTEER_ID_ASSIGNED, key=key, version=version, data=said)


class DistrictRules:
    """What a district does."""

    def __init__(self, log: Log) -> None:
        self._log = log

    def write(self, session: Session, district: str, states: Mapping[str, int]) -> None:
        """Gives registrations new states; opens those that are not there yet."""
        for key, state in states.items():
            ((version,),) = _run(session, _WRITE_REGISTRATION, key, state)
            said = RegistrationState(registration_id=key, organization_id="o1", name=str(state), registered_on="2026-03-07")
            self._log.announce(session, streams.up(district), type=REGISTRATION_RECORDED, key=key, version=version, data=said)

    def take_ids(self, session: Session, _district: str, facts: Sequence[Fact]) -> None:
        """Keeps the newest ID of each registration; raises `LookupError` where one is not known (any more)."""
        for fact in _newest(facts).values():
            if not _run(session, "SELECT 1 FROM registration WHERE key = ?", fact.key):
                raise LookupError("an ID for a registration that is not here")
            _run(session, _TAKE_ID, fact.key, fact.data.volunteer_id, fact.epoch, fact.version)

    def claim(self, session: Session, stream: str) -> None:
        """Tells the hub, whose `stream` begins anew, every ID that is held here."""
        up = streams.up(streams.district_of(stream))
        for key, volunteer_id, version in _run(session, "SELECT key, volunteer_id, version FROM held_id ORDER BY key"):
            said = VolunteerIdState(registration_id=key, volunteer_id=volunteer_id)
            self._log.announce(session, up, type=VOLUNTEER_ID_CLAIMED, key=claim_key(said), version=version, data=said)

    def restore_registrations(self, session: Session, _district: str, facts: Sequence[Fact]) -> None:
        """Brings registrations to the state that the hub holds, where that was changed more often."""
        for fact in _newest(facts).values():
            _run(session, _RESTORE_REGISTRATION, fact.key, int(fact.data.name), fact.version)

    def restore_claims(self, session: Session, _district: str, facts: Sequence[Fact]) -> None:
        """A claim that was lost needs nothing: the hub tells again whose ID that is."""


def _newest(facts: Sequence[Fact]) -> dict[str, Fact]:
    """The newest fact about each record, by key."""
    return {fact.key: fact for fact in sorted(facts, key=lambda fact: (fact.epoch, fact.version))}


def _run(session: Session, statement: str, *values: Any) -> list[Any]:
    return [tuple(row) for row in session.connection().exec_driver_sql(statement, values)]
