"""What becomes of volunteer IDs that districts hold, and that the hub has lost?

A hub that was restored from a backup links the registrations that come again, and issues new IDs to them. The districts claim
the IDs that people were shown. The claimed ID then is the person's, and the new one its alias; but nobody is given an ID under
which somebody else is known here.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.orm import Session

from federation.errors import Invalid, NotFound
from federation.identity.history.models import IdentityEventType
from federation.identity.history.writing import Happening, write
from federation.identity.linking.telling import tell_links
from federation.identity.matching.deciding import agreement
from federation.identity.models import Link, PersonTotal, Registration, RegistrationDocument, Volunteer, VolunteerAlias
from federation.identity.persons.features import features_of
from federation.identity.persons.sealing import unseal
from federation.identity.persons.tokens import wrap_further
from federation.identity.turns import wait_for_turn
from federation.identity.volunteer_ids import is_volunteer_id
from federation.settings import Settings
from federation.versions import newest
from sync.databases import bulk
from sync.mailbox.facts import Fact

RULE = "claims"
"""Who decided, where a district's claim did."""


def take_claims(
    session: Session, district: str, facts: Sequence[Fact], *, settings: Settings, now: Callable[[], datetime]
) -> None:
    """Compares the IDs in `facts` (`VolunteerIdState`) with those that are linked here, and puts right what was lost.

    Raises `NotFound` where a registration is not of `district`, or `Invalid` where a claim is no volunteer ID.
    """
    wait_for_turn(session)
    claims = {fact.key: fact.data.volunteer_id for fact in newest(facts)}
    for claimed in claims.values():
        if not is_volunteer_id(claimed):
            raise Invalid("A claim names something that is no volunteer ID.", field="volunteer_id")
    linked = _linked(session, district, list(claims))
    if len(linked) < len(claims):
        raise NotFound(f"{district} claims the ID of a registration that is not linked here.")
    for registration_id, claimed in claims.items():
        # Asked again each time: an earlier claim of these may have moved this link.
        current = linked[registration_id]
        if claimed != current and _surviving(session, claimed) != _surviving(session, current):
            _settle(session, registration_id, _surviving(session, current), claimed, settings=settings, at=now())


def _linked(session: Session, district: str, registration_ids: Sequence[str]) -> dict[str, str]:
    query = (
        select(Link.registration_id, Link.volunteer_id)
        .join(Registration, Registration.registration_id == Link.registration_id)
        .where(Registration.district == district, bulk.among(session, Link.registration_id, registration_ids))
    )
    return {row.registration_id: row.volunteer_id for row in session.execute(query)}


def _surviving(session: Session, volunteer_id: str) -> str:
    """The ID under which the person is known whose ID this is, or was."""
    alias = session.get(VolunteerAlias, volunteer_id)
    return alias.volunteer_id if alias else volunteer_id


def _settle(session: Session, registration_id: str, current: str, claimed: str, *, settings: Settings, at: datetime) -> None:
    survivor = _surviving(session, claimed)
    is_known = session.get(Volunteer, survivor) is not None
    if is_known and not _is_same_person(session, registration_id, survivor, settings):
        refused = Happening(
            type=IdentityEventType.CLAIM_REFUSED,
            volunteer_id=current,
            registration_id=registration_id,
            body={"claimed": claimed},
        )
        write(session, [refused], by=RULE, at=at)
        # The district holds what it claimed, so it has to be told again whose ID that is.
        tell_links(session, Link.registration_id == registration_id)
        return
    district = session.get_one(Volunteer, current).district
    if is_known:
        _count_one_less(session, district)
    else:
        session.add(Volunteer(volunteer_id=claimed, district=district, issued_at=at))
        session.flush()
    _become_alias(session, registration_id, current, of=survivor, at=at)


def _become_alias(session: Session, registration_id: str, volunteer_id: str, *, of: str, at: datetime) -> None:
    """Leads everything that is known under `volunteer_id` to the person `of`, and tells the districts."""
    alias = VolunteerAlias
    session.execute(update(alias).where(alias.volunteer_id == volunteer_id).values(volunteer_id=of))
    session.execute(insert(alias).values(alias=volunteer_id, volunteer_id=of, since=at))
    moved = session.scalars(select(Link.registration_id).where(Link.volunteer_id == volunteer_id)).all()
    session.execute(update(Link).where(Link.volunteer_id == volunteer_id).values(volunteer_id=of, linked_at=at))
    claimed = Happening(
        type=IdentityEventType.CLAIMED, volunteer_id=of, registration_id=registration_id, body={"alias": volunteer_id}
    )
    moves = (
        Happening(
            type=IdentityEventType.MOVED,
            volunteer_id=of,
            registration_id=moved_id,
            body={"from": volunteer_id},
            part_of_act=True,
        )
        for moved_id in moved
    )
    write(session, [claimed, *moves], by=RULE, at=at)
    tell_links(session, bulk.among(session, Link.registration_id, moved))


def _is_same_person(session: Session, registration_id: str, volunteer_id: str, settings: Settings) -> bool:
    """Whether the registration is certainly of the person whose ID that is: a document and a field that agree."""
    own = _documents(session, RegistrationDocument.registration_id == registration_id, settings)
    linked = select(Link.registration_id).where(Link.volunteer_id == volunteer_id)
    theirs = _documents(session, RegistrationDocument.registration_id.in_(linked), settings)
    same = {holder for token in own for holder in theirs.get(token, ())}
    query = select(Registration.person).where(Registration.registration_id.in_(same))
    features = features_of(unseal(session.get_one(Registration, registration_id).person, settings.field_cipher))
    others = (features_of(unseal(person, settings.field_cipher)) for person in session.scalars(query))
    return any(agreement(features, other) for other in others)


def _documents(session: Session, which: ColumnElement[bool], settings: Settings) -> dict[bytes, list[str]]:
    """Who names which document, by its token under the hub's newest key, also where it is stored under an older one."""
    document = RegistrationDocument
    found: dict[bytes, list[str]] = defaultdict(list)
    for row in session.execute(select(document.registration_id, document.token, document.hub_key_version).where(which)):
        token = wrap_further(row.token, settings.token_keys, version=row.hub_key_version)
        found[token].append(row.registration_id)
    return found


def _count_one_less(session: Session, district: str) -> None:
    """Two persons turn out to be one: the district through which the second became known loses it."""
    total = PersonTotal
    session.execute(update(total).where(total.district == district).values(persons=total.persons - 1))
