"""What do somebody's own hours come to, in all districts?"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from federation.accounts.models import Account
from federation.clients.pages import pages_of_districts
from federation.directory.naming import names
from federation.identity.aliases import aliases_of, resolve
from federation.ledger.totals import NOTHING, Hours, of_volunteer


@dataclass(frozen=True)
class OwnDistrict:
    """What one district has recorded of somebody: it may have registered them more than once.

    `pages` is the address of its first page, where people can sign in there.
    """

    code: str
    name: str
    pages: str | None
    registrations: int
    hours: Hours


@dataclass(frozen=True)
class OwnHours:
    """The volunteer ID under which somebody is known now, those under which they were, and their hours by district."""

    volunteer_id: str | None
    aliases: Sequence[str]
    districts: Sequence[OwnDistrict]

    @property
    def total(self) -> Hours:
        """All of it."""
        return sum((district.hours for district in self.districts), NOTHING)


def own_hours(session: Session, account: Account) -> OwnHours:
    """The hours of the person of an account; none where it has no volunteer ID."""
    if account.volunteer_id is None:
        return OwnHours(None, (), ())
    survivor, called, pages = resolve(session, account.volunteer_id), names(session), pages_of_districts(session)
    of_district: dict[str, OwnDistrict] = {}
    for part in of_volunteer(session, survivor):
        code = part.district
        before = of_district.get(code) or OwnDistrict(code, called.get(code, code), pages.get(code), 0, NOTHING)
        of_district[code] = replace(before, registrations=before.registrations + 1, hours=before.hours + part.hours)
    return OwnHours(survivor, tuple(aliases_of(session, survivor)), tuple(of_district.values()))
