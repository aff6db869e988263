"""How does a test make persons known at a hub, and do what stewards do?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from federation.identity.history.models import IdentityEventType
from federation.identity.history.writing import Happening, write
from federation.identity.matching.deciding import ReviewKind
from federation.identity.matching.model import default_model
from federation.identity.merging import merging, splitting, undoing
from federation.identity.models import DoNotLink, Link, PersonTotal, Volunteer, VolunteerAlias
from federation.identity.reviews.drawing import is_audited
from federation.identity.reviews.models import Review, ReviewDecision, ReviewState
from federation.identity.stewarding.verifying import verify
from tests.hub.peers import AT, District, Hub, Told, registration

R = TypeVar("R")

_SURNAMES, _GIVEN, _NAMES = "赵钱孙李周吴郑冯陈褚", "伟芳娜敏静丽强磊军洋", 100


def somebody(number: int, key: str, *, document: str | None = None) -> Told:
    """A registration of a person who is like no other `number`."""
    name = _SURNAMES[number // 10 % 10] + _GIVEN[number % 10] + _GIVEN[(number // _NAMES + number) % 10]
    born = datetime(1950, 1, 1) + timedelta(days=397 * number)  # noqa: DTZ001 - a day
    return registration(key, name=name, birth_date=f"{born:%Y-%m-%d}", document=document)


@dataclass
class Desk:
    """Stewards at a hub; each act takes place a minute after the one before."""

    hub: Hub
    districts: dict[str, District] = field(default_factory=dict)
    acts: int = 0

    def does(self, act: Callable[..., R], *arguments: Any, **named: Any) -> R:
        """Lets a function act in a transaction of its own, at the next moment."""
        self.acts += 1
        with self.hub.sessions.begin() as session:
            session.expire_on_commit = False
            return act(session, *arguments, at=self.now, **named)

    @property
    def now(self) -> datetime:
        """The moment of the newest act."""
        return AT + timedelta(minutes=self.acts)

    def merge(self, one: str, other: str, *, by: str = "lin", **more: Any) -> int:
        """Merges two persons."""
        return self.does(merging.merge, one, other, reason="same face", settings=self.hub.settings, by=by, **more)

    def split(self, volunteer_id: str, registration_ids: Sequence[str], *, by: str = "lin") -> int:
        """Splits registrations off."""
        return self.does(splitting.split, volunteer_id, registration_ids, reason="two faces", settings=self.hub.settings, by=by)

    def undo(self, act: int, *, by: str = "lin") -> int:
        """Takes an act back."""
        return self.does(undoing.undo, act, by=by)

    def ids(self) -> dict[str, str]:
        """The volunteer ID of each registration."""
        return {link.registration_id: link.volunteer_id for link in self.hub.rows(Link)}

    def aliases(self) -> dict[str, str]:
        """To whom each alias leads."""
        return {alias.alias: alias.volunteer_id for alias in self.hub.rows(VolunteerAlias)}

    def persons(self) -> int:
        """How many persons the hub counts."""
        return sum(total.persons for total in self.hub.rows(PersonTotal))

    def differences(self) -> tuple[str, ...]:
        """What the tables say otherwise than the history."""
        return self.hub.asked(verify).differences

    def tables(self) -> dict[str, dict[Any, dict[str, Any]]]:
        """Everything that merges and splits change, without the versions of links, which only grow."""
        models = (Volunteer, VolunteerAlias, Link, DoNotLink, PersonTotal, Review)
        return {model.__tablename__: {_key(row): _columns(row) for row in self.hub.rows(model)} for model in models}


def desk_of(hub: Hub, people: dict[str, list[Told]]) -> Desk:
    """A desk at a hub that knows the registrations of `people`, by district."""
    districts = dict(zip(people, hub.enrol(*people), strict=True))
    hub.hears(*(districts[code].says(*told) for code, told in people.items() if told))
    return Desk(hub, districts)


def _key(row: Any) -> tuple[Any, ...]:
    return tuple(getattr(row, column.key) for column in row.__table__.primary_key)


def _columns(row: Any) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in row.__table__.columns if column.key != "version"}


def looked_at(
    hub: Hub, words: Sequence[ReviewDecision], *, kind: ReviewKind = ReviewKind.POSSIBLE, weight: float = 9.0
) -> None:
    """Lets stewards have answered that many drawn reviews in this order, all about two who are there."""
    with hub.sessions.begin() as session:
        drawn: list[int] = []
        while len(drawn) < len(words):
            drawn += filter(is_audited, _past_reviews(session, 1 + len(words), kind=kind, weight=weight))
        answers = dict(zip(drawn, words, strict=False))
        for review in session.scalars(select(Review).where(Review.number.in_(answers))):
            review.state, review.decision, review.decided_by, review.decided_at = (
                ReviewState.DECIDED,
                answers[review.number],
                "lin",
                AT,
            )
        decided = IdentityEventType.REVIEW_DECIDED
        write(session, [Happening(type=decided, body={"review": number}) for number in answers], by="lin", at=AT)


def pass_over(hub: Hub, *, until: Callable[[int], bool]) -> None:
    """Lets reviews have been there, until the next one has a number of which this is true."""
    with hub.sessions.begin() as session:
        while not until(_past_reviews(session, 1)[0] + 1):
            pass


def _past_reviews(
    session: Session, count: int, *, kind: ReviewKind = ReviewKind.POSSIBLE, weight: float | None = None
) -> Sequence[int]:
    """As many reviews that ask nothing any more, about two registrations that are there; their numbers."""
    one, other, *_ = session.scalars(select(Link.registration_id).order_by(Link.registration_id))
    values = {
        "kind": kind,
        "state": ReviewState.OBSOLETE,
        "registration_id": one,
        "other_registration_id": other,
        "weight": weight,
        "fields": "[]",
        "model_version": default_model().version,
        "policy_version": 0,
        "opened_at": AT,
    }
    added = insert(Review).returning(Review.number, sort_by_parameter_order=True)
    numbers = session.scalars(added, [values] * count).all()
    obsolete = IdentityEventType.REVIEW_OBSOLETE
    write(session, [Happening(type=obsolete, body={"review": number}) for number in numbers], by="lin", at=AT)
    return numbers
