"""What would a merge or a split change?"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy.orm import Session

from federation.identity.merging.members import Member
from federation.identity.merging.merging import plan_merge
from federation.identity.merging.splitting import plan_split
from federation.settings import Settings


@dataclass(frozen=True)
class Move:
    """A registration that would come under another ID; `to` is None where that is yet to be issued."""

    registration_id: str
    district: str
    to: str | None


@dataclass(frozen=True)
class Preview:
    """What would be otherwise, and nothing is yet.

    `aliases` would lead to somebody else from then on, `own_again` would be no aliases any more. The others are what a steward
    has to know before: whether two registrations name different resident identity numbers, whether somebody has said that
    these are different people, and whether two stewards have to agree.
    """

    volunteer_id: str
    moves: tuple[Move, ...]
    aliases: tuple[str, ...] = ()
    own_again: tuple[str, ...] = ()
    documents_differ: bool = False
    are_told_apart: bool = False
    needs_two: bool = False

    @property
    def districts_told(self) -> list[str]:
        """The districts that would be told other IDs, by their codes."""
        return sorted({move.district for move in self.moves})


def preview_merge(session: Session, one: str, other: str, *, settings: Settings) -> Preview:
    """What merging these two would change. Raises `NotFound` and `Invalid` as the merge does."""
    merger = plan_merge(session, one, other, settings=settings)
    survivor, loser = merger.survivor.volunteer_id, merger.loser
    return Preview(
        survivor,
        tuple(_move(member, survivor) for member in loser.members),
        aliases=(*loser.aliases, loser.volunteer_id),
        documents_differ=merger.documents_differ,
        are_told_apart=bool(merger.told_apart),
        needs_two=merger.needs_two,
    )


def preview_split(session: Session, volunteer_id: str, registration_ids: Collection[str], *, settings: Settings) -> Preview:
    """What splitting these registrations off would change. Raises `NotFound` and `Invalid` as the split does."""
    separation = plan_split(session, volunteer_id, registration_ids, settings=settings)
    return Preview(
        separation.person.volunteer_id,
        tuple(_move(member, group.volunteer_id) for group in separation.moving for member in group.members),
        aliases=tuple(own for group in separation.moving for own in separation.led_along(group)),
        own_again=tuple(group.volunteer_id for group in separation.moving if group.volunteer_id),
    )


def _move(member: Member, to: str | None) -> Move:
    return Move(member.registration_id, member.district, to)
