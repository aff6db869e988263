"""Do the tables say what the history says?"""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from federation.identity.history.replaying import Watched, replay
from federation.identity.models import DoNotLink, Link, PersonTotal, Registration, Volunteer, VolunteerAlias
from federation.identity.reviews.models import Review

_READ_AT_ONCE = 10_000
_MOST_SHOWN = 20


@dataclass(frozen=True)
class Verified:
    """How many events were read, what the last one's hash is, and in what the tables differ from them, in sentences.

    Whoever keeps number and hash elsewhere can tell later that nothing was taken from the end.
    """

    events: int
    hash: bytes
    differences: tuple[str, ...]


def verify(session: Session, *, watched: Watched = iter) -> Verified:
    """Replays the history beside the tables; `watched` sees each event pass. Raises `ChainBroken`.

    Names 20 differences at most.
    """
    told = replay(session, watched=watched)
    links = {registration_id: (link.volunteer_id, link.verified) for registration_id, link in told.links.items()}
    differences = islice(
        (
            difference
            for found in (
                _compare("volunteer", dict.fromkeys(told.volunteers, ()), _read(session, Volunteer.volunteer_id)),
                _compare("link of registration", links, _read(session, Link.registration_id, Link.volunteer_id, Link.verified)),
                _compare("ID issued for registration", told.owners, _owners(session)),
                _compare("alias", told.aliases, _read(session, VolunteerAlias.alias, VolunteerAlias.volunteer_id)),
                _compare("pair to keep apart", dict.fromkeys(told.apart, True), _pairs(session)),
                _compare("review", told.reviews, _read(session, Review.number, Review.state)),
                _compare("sums of district", _counted(session), _sums(session)),
            )
            for difference in found
        ),
        _MOST_SHOWN,
    )
    return Verified(told.head, told.hash, tuple(differences))


def _compare(what: str, told: Mapping[Any, Any], held: Iterable[tuple[Hashable, Any]]) -> Iterator[str]:
    seen = set()
    for key, value in held:
        seen.add(key)
        if key not in told:
            yield f"{what} {key}: the table has it, and the history has not."
        elif told[key] != value:
            yield f"{what} {key}: the table says {value}, and the history {told[key]}."
    yield from (f"{what} {key}: the history has it, and the table has not." for key in told.keys() - seen)


def _read(session: Session, *columns: Any) -> Iterator[tuple[Any, Any]]:
    """Each row's first column, and what is behind it: one value, or several."""
    with session.execute(select(*columns).execution_options(yield_per=_READ_AT_ONCE)) as rows:
        for key, *values in rows:
            yield key, values[0] if len(values) == 1 else tuple(values)


def _pairs(session: Session) -> Iterator[tuple[Any, bool]]:
    return (((one, other), True) for one, other in _read(session, DoNotLink.one, DoNotLink.other))


def _owners(session: Session) -> Iterator[tuple[Any, Any]]:
    return (found for found in _read(session, Link.registration_id, Link.own_volunteer_id) if found[1] is not None)


def _counted(session: Session) -> dict[str, tuple[int, int]]:
    """Registrations and persons of each district, counted one by one."""
    alias, link, registration, volunteer = VolunteerAlias, Link, Registration, Volunteer
    counted = func.count().label("number")
    registrations = select(registration.district, counted).join(link, link.registration_id == registration.registration_id)
    persons = (
        select(volunteer.district, counted).outerjoin(alias, alias.alias == volunteer.volunteer_id).where(alias.alias.is_(None))
    )
    linked = {row.district: row.number for row in session.execute(registrations.group_by(registration.district))}
    known = {row.district: row.number for row in session.execute(persons.group_by(volunteer.district))}
    return {district: (linked.get(district, 0), known.get(district, 0)) for district in linked.keys() | known.keys()}


def _sums(session: Session) -> Iterator[tuple[Any, Any]]:
    return _read(session, PersonTotal.district, PersonTotal.registrations, PersonTotal.persons)
