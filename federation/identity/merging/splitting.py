"""How do registrations come to be of somebody else again?

Each returns to the ID that was issued for it; where none was, it gets a new one. Of those that are split off together, the ones
that name the same document stay together, under the ID among theirs that was issued first. All that are left stay together.
An ID goes with the registration for which it was issued: if that is split off, those that stay return to one of theirs.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from federation.errors import Invalid, ReasonMissing
from federation.identity.history.models import IdentityEventType
from federation.identity.history.reading import issue_numbers
from federation.identity.history.writing import Happening
from federation.identity.linking.issuing import unused_ids
from federation.identity.merging.acts import Act, ApartStanding
from federation.identity.merging.members import Member, Person, find_person
from federation.identity.turns import wait_for_turn
from federation.settings import Settings


def split(
    session: Session,
    volunteer_id: str,
    registration_ids: Collection[str],
    *,
    reason: str,
    settings: Settings,
    by: str,
    at: datetime,
) -> int:
    """Splits registrations off from a person, and keeps machines from linking them again; gives the number of the act.

    Raises `NotFound` for an unknown ID, `ReasonMissing`, and `Invalid` where a registration is not the person's, or none stays.
    """
    if not reason.strip():
        raise ReasonMissing("Say why these are of different people; it stays in the history.")
    wait_for_turn(session)
    separation = plan_split(session, volunteer_id, registration_ids, settings=settings)
    act = Act(session, by=by, at=at)
    separation.carry_out(act, reason=reason, settings=settings)
    return act.finish()


@dataclass(frozen=True)
class Group:
    """Registrations that stay together, and the ID that is to be theirs; None: a new one, issued for the first of them."""

    members: tuple[Member, ...]
    volunteer_id: str | None


@dataclass(frozen=True)
class Separation:
    """A person whose registrations are to part: those that stay and those that are split off."""

    person: Person
    staying: Group
    leaving: tuple[Group, ...]

    @property
    def moving(self) -> tuple[Group, ...]:
        """The groups that come under another ID."""
        return tuple(group for group in (self.staying, *self.leaving) if group.volunteer_id != self.person.volunteer_id)

    def led_along(self, group: Group) -> list[str]:
        """The aliases that were issued for registrations of the group, and are to lead to its ID."""
        return [one for one in self.person.aliases_of(group.members) if one != group.volunteer_id]

    def carry_out(self, act: Act, *, reason: str, settings: Settings) -> None:
        """Moves the links, lets IDs be their persons' own again, and keeps apart who was split."""
        off = [member.registration_id for group in self.leaving for member in group.members]
        body = {"registrations": off, "reason": reason}
        act.note(Happening(type=IdentityEventType.SPLIT, volunteer_id=self.person.volunteer_id, body=body))
        fresh = iter(unused_ids(act.session, len(self.moving), province=settings.province))
        for group in self.moving:
            to = group.volunteer_id
            if to:
                act.lift(to)
            else:
                to, first = next(fresh), group.members[0]
                act.issue(to, first.registration_id, district=first.district)
            for member in group.members:
                act.move(member.link, to)
            for alias in self.led_along(group):
                if alias != to:
                    act.lead(alias, to=to)
        apart = ApartStanding(by=act.by, reason=reason, since=act.at)
        for one in self.staying.members:
            for registration_id in off:
                act.keep_apart(one.registration_id, registration_id, apart)


def plan_split(session: Session, volunteer_id: str, registration_ids: Collection[str], *, settings: Settings) -> Separation:
    """Who would stay, and who would go where. Raises `NotFound` and `Invalid`."""
    person = find_person(session, volunteer_id, settings=settings)
    chosen = set(registration_ids)
    if unknown := chosen - set(person.registration_ids):
        raise Invalid(
            "%(registration)s is no registration of %(volunteer_id)s.",
            field="registration_ids",
            registration=min(unknown),
            volunteer_id=person.volunteer_id,
        )
    leaving = [member for member in person.members if member.registration_id in chosen]
    staying = [member for member in person.members if member.registration_id not in chosen]
    if not leaving or not staying:
        raise Invalid(
            "Choose the registrations that are of somebody else; at least one must be split off, and one must stay.",
            field="registration_ids",
        )
    issued = issue_numbers(session, person.aliases_of(person.members))
    groups = [staying, *_by_document(leaving)]
    keeper = next((group for group in groups if _owns(group, person.volunteer_id)), staying)

    def id_of(group: Sequence[Member]) -> str | None:
        if group is keeper:
            return person.volunteer_id
        return min(person.aliases_of(group), key=lambda volunteer_id: issued[volunteer_id], default=None)

    placed = [Group(tuple(group), id_of(group)) for group in groups]
    return Separation(person, placed[0], tuple(placed[1:]))


def _by_document(members: Sequence[Member]) -> list[list[Member]]:
    """The members in groups: whoever names the same document is in the same one."""
    groups: list[list[Member]] = []
    for member in members:
        same = [group for group in groups if any(member.shares_document_with(one) for one in group)]
        groups = [group for group in groups if group not in same]
        groups.append([one for group in same for one in group] + [member])
    return groups


def _owns(group: Sequence[Member], volunteer_id: str) -> bool:
    return any(member.link.own_volunteer_id == volunteer_id for member in group)
