"""When are two registrations certainly of one person?

Only the certain case is decided here: the same document, and a field that agrees with it. A document alone is not enough,
because people type in somebody else's number now and then.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from federation.identity.models import LinkReason
from federation.identity.persons.features import Features


@dataclass(frozen=True)
class Holder:
    """A registration that names the same document as the one in question, and whose it is."""

    registration_id: str
    volunteer_id: str
    features: Features


@dataclass(frozen=True)
class Decision:
    """Why a registration joins `holder`'s person or, where that is None, becomes a person of its own.

    `agreeing` names the fields that agree; `others` are further persons with whom it agrees as well.
    """

    reason: LinkReason
    holder: Holder | None = None
    agreeing: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


def decide(features: Features, holders: Sequence[Holder], *, has_document: bool) -> Decision:
    """Whose a new registration is, given everybody who names its document.

    It joins the person with whom most fields agree; between equals the registration's ID decides, so that the answer depends
    on who is there and not on the order in which they are looked at.
    """
    if not has_document:
        return Decision(LinkReason.NO_DOCUMENT)
    if not holders:
        return Decision(LinkReason.DOCUMENT_UNKNOWN)
    matches = [(agreement(features, holder.features), holder) for holder in holders]
    matches = [(agreeing, holder) for agreeing, holder in matches if agreeing]
    if not matches:
        return Decision(LinkReason.DOCUMENT_DISAGREES)
    agreeing, best = min(matches, key=lambda match: (-len(match[0]), match[1].registration_id))
    return Decision(LinkReason.DOCUMENT_AGREES, best, agreeing, _others(best, (holder for _, holder in matches)))


def agreement(one: Features, other: Features) -> tuple[str, ...]:
    """The fields in which two registrations agree; what is missing agrees with nothing."""
    return tuple(
        field
        for field in ("name", "pinyin", "birth_date")
        if getattr(one, field) and getattr(one, field) == getattr(other, field)
    )


def _others(best: Holder, holders: Iterable[Holder]) -> tuple[str, ...]:
    return tuple(sorted({holder.volunteer_id for holder in holders} - {best.volunteer_id}))
