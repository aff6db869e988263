"""What is written down of everything that happens to volunteer IDs?"""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from federation.db import Model


class IdentityEventType(StrEnum):
    """What can happen to a volunteer ID, and to what machines and stewards know of persons.

    Whose a registration is, which IDs are aliases, who must not be linked and which reviews are open: all of it follows from
    the events alone (`replaying`).
    """

    ISSUED = "issued"
    """A volunteer ID, for a registration."""
    LINKED = "linked"
    """A registration came under its first volunteer ID. The body says on what evidence."""
    MERGED = "merged"
    """Two persons turned out to be one: the ID in the body, `loser`, is an alias of this one from now on."""
    SPLIT = "split"
    """Registrations turned out to be of somebody else than this person."""
    UNDONE = "undone"
    """The act whose number is in the body was taken back."""
    MOVED = "moved"
    """A registration came under another volunteer ID, as part of an act; the body says from which, and what its link had."""
    ALIASED = "aliased"
    """A volunteer ID became an alias of the person that the body names, as part of an act."""
    UNALIASED = "unaliased"
    """A volunteer ID is a person's own again, as part of an act."""
    VERIFIED = "verified"
    """A steward looked at a link and let it stand, or its person was signed in when they opened the registration."""
    UNVERIFIED = "unverified"
    """That was taken back."""
    CLAIMED = "claimed"
    """A district held this ID for a registration when the hub had lost it; the one issued since became its alias."""
    CLAIM_REFUSED = "claim_refused"
    """A district held an ID for a registration under which somebody else is known here."""
    REVIEW_OPENED = "review_opened"
    """A question for a steward: the body has its number, its kind and the evidence."""
    REVIEW_SECONDING = "review_seconding"
    """A steward wants to merge two verified persons, and another has to agree."""
    REVIEW_DECIDED = "review_decided"
    """A steward answered it."""
    REVIEW_OBSOLETE = "review_obsolete"
    """What it asked about is no more."""
    REVIEW_REOPENED = "review_reopened"
    """That was taken back; the body has the state in which it is again."""
    DO_NOT_LINK_SET = "do_not_link_set"
    """Two registrations are of different people, whatever a machine may think of it."""
    DO_NOT_LINK_CLEARED = "do_not_link_cleared"
    """That was taken back."""
    UNMASKED = "unmasked"
    """A steward looked at a telephone number whole, for the review in the body."""
    MODEL_CHOSEN = "model_chosen"
    """By another model is compared from now on."""
    POLICY_CHANGED = "policy_changed"
    """Other thresholds decide from now on."""
    KEY_ROTATED = "key_rotated"
    """What is stored under a key was put under another."""


class IdentityEvent(Model):
    """One thing that happened. Rows are added, numbered without holes, and never changed.

    `act` is the number of the event with which the act began that this is part of (a merge, a split, an undo). `body` is
    canonical JSON without personal data. `hash` is SHA-256 over the hash of the event before and everything that this one says
    (`writing`), so nobody can change or take out one without changing all that follow.
    """

    __tablename__ = "identity_event"

    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    type: Mapped[IdentityEventType]
    volunteer_id: Mapped[str | None] = mapped_column(String(14), index=True)
    registration_id: Mapped[str | None] = mapped_column(String(36), index=True)
    act: Mapped[int | None] = mapped_column(BigInteger, index=True)
    by: Mapped[str] = mapped_column(String(80))
    body: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
