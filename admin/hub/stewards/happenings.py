"""What has happened to a person, in words?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from flask_babel import lazy_gettext

from admin.hub.stewards.evidence import bits
from admin.hub.stewards.wording import KINDS, LINKS
from admin.writing import volunteer_id
from federation.identity.history.models import IdentityEvent, IdentityEventType
from federation.identity.history.reading import ActTold
from federation.identity.merging.undoing import UNDOABLE
from federation.identity.reviews.models import ReviewDecision

_Type = IdentityEventType

_SENTENCES = {
    _Type.ISSUED: lazy_gettext("%(volunteer_id)s was issued for the registration in %(district)s."),
    _Type.LINKED: lazy_gettext("The registration in %(district)s came under %(volunteer_id)s: %(why)s."),
    _Type.MERGED: lazy_gettext("%(loser)s and %(volunteer_id)s are one person."),
    _Type.SPLIT: lazy_gettext("Registrations were split off from %(volunteer_id)s: %(split_off)s."),
    _Type.UNDONE: lazy_gettext("Act %(act)s was taken back."),
    _Type.MOVED: lazy_gettext("The registration in %(district)s moved from %(source)s to %(volunteer_id)s."),
    _Type.ALIASED: lazy_gettext("%(volunteer_id)s leads to %(to)s."),
    _Type.UNALIASED: lazy_gettext("%(volunteer_id)s is a person’s own again."),
    _Type.VERIFIED: lazy_gettext("A steward let the link of the registration in %(district)s stand."),
    _Type.UNVERIFIED: lazy_gettext("The link of the registration in %(district)s counts as not looked at again."),
    _Type.CLAIMED: lazy_gettext("%(district)s held %(volunteer_id)s for its registration, and has it again."),
    _Type.CLAIM_REFUSED: lazy_gettext(
        "%(district)s held %(claimed)s for its registration, under which somebody else is known."
    ),
    _Type.REVIEW_OPENED: lazy_gettext("Review %(review)s was opened: %(kind)s."),
    _Type.REVIEW_SECONDING: lazy_gettext("Review %(review)s waits for a second steward."),
    _Type.REVIEW_DECIDED: lazy_gettext("Review %(review)s was answered: different people."),
    _Type.REVIEW_OBSOLETE: lazy_gettext("Review %(review)s asks nothing any more."),
    _Type.REVIEW_REOPENED: lazy_gettext("Review %(review)s waits again."),
    _Type.DO_NOT_LINK_SET: lazy_gettext("The registrations in %(district)s and %(other)s are kept apart."),
    _Type.DO_NOT_LINK_CLEARED: lazy_gettext("The registrations in %(district)s and %(other)s are no longer kept apart."),
    _Type.UNMASKED: lazy_gettext("The telephone number of the registration in %(district)s was looked at."),
}
"""What can be about a person; models, thresholds and keys are about nobody."""

_LINKED_BESIDE = lazy_gettext(
    "The registration in %(district)s came under %(volunteer_id)s: %(why)s, beside the one in %(beside)s "
    "(%(weight)s, model %(model)s)."
)
_MERGED_BY_TWO = lazy_gettext("%(loser)s and %(volunteer_id)s are one person, as %(seconded_by)s had said before.")
_JOINED_LATE = lazy_gettext(
    "%(loser)s and %(volunteer_id)s are one person: %(why)s, as the registration in %(beside)s shows "
    "(%(weight)s, model %(model)s)."
)
_ONE_PERSON = lazy_gettext("Review %(review)s was answered: one person.")


@dataclass(frozen=True)
class Told:
    """An act in words: what it began with, why, its steps, and whether it may be taken back."""

    act: ActTold
    sentence: str
    reason: str
    steps: tuple[str, ...]
    can_be_undone: bool


def tell(act: ActTold, places: Mapping[str, str]) -> Told:
    """An act in words; `places` has the name of the district of each registration."""
    return Told(
        act,
        _say(act.begun, places),
        _reason(act.begun),
        tuple(_say(step, places) for step in act.steps),
        act.undone_by is None and any(event.type in UNDOABLE for event in (act.begun, *act.steps)),
    )


def registrations_in(acts: Iterable[ActTold]) -> set[str]:
    """The registrations that are spoken of, whose districts `tell` has to know."""
    named: set[str] = set()
    for event in (event for act in acts for event in (act.begun, *act.steps)):
        body = _body(event)
        named.update(filter(None, (event.registration_id, body.get("other"), body.get("with"))))
        named.update(body.get("registrations", ()))
    return named


def _say(event: IdentityEvent, places: Mapping[str, str]) -> str:
    body = _body(event)
    values = {
        **body,
        "volunteer_id": _id(event.volunteer_id),
        "source": _id(body.get("from")),
        "to": _id(body.get("to")),
        "loser": _id(body.get("loser")),
        "claimed": _id(body.get("claimed")),
        "district": places.get(event.registration_id or ""),
        "other": places.get(body.get("other") or ""),
        "beside": places.get(body.get("with") or ""),
        "split_off": ", ".join(places[one] for one in body.get("registrations", ())),
        "why": LINKS.get(body.get("reason", "")),
        "kind": KINDS.get(body.get("kind", "")),
        "weight": bits(body.get("weight") or 0.0),
    }
    return str(_sentence(event, body)) % values


def _reason(event: IdentityEvent) -> str:
    """What a steward wrote; where a machine compared, the reason is a word of its own."""
    body = _body(event)
    return "" if event.type is _Type.LINKED or "with" in body else body.get("reason") or ""


def _sentence(event: IdentityEvent, body: Mapping[str, Any]) -> Any:
    if event.type is _Type.LINKED and "with" in body:
        return _LINKED_BESIDE
    if event.type is _Type.MERGED and "with" in body:
        return _JOINED_LATE
    if event.type is _Type.MERGED and body["seconded_by"]:
        return _MERGED_BY_TWO
    if event.type is _Type.REVIEW_DECIDED and body["decision"] == ReviewDecision.SAME:
        return _ONE_PERSON
    return _SENTENCES[event.type]


def _body(event: IdentityEvent) -> dict[str, Any]:
    body: dict[str, Any] = msgspec.json.decode(event.body)
    return body


def _id(value: str | None) -> str:
    return volunteer_id(value) if value else ""
