"""Who is registered with the document that somebody types here?"""

from api.hub.people.browser import browser
from api.hub.people.going_on import who_asked
from federation.accounts.addresses import Address
from federation.db import db
from federation.people import looking_up
from federation.people.knowing import Known, can_look
from sync.documents import DocumentKind


def look_up(kind: DocumentKind, number: str, *, phone: Address) -> Known | None:
    """Whoever that is, if the telephone is theirs, too; raises `SignInThrottled`. Commits: that it was looked up stays."""
    settings, asked, held = browser.settings(), who_asked(), browser.held()
    if not can_look(settings):
        return None
    known = looking_up.look_up(
        db.session(),
        kind,
        number,
        phone=phone,
        client=asked.client_id if asked else None,
        actor=held.account if held else None,
        visit=browser.visit(),
        settings=settings,
        at=browser.now(),
    )
    db.session.commit()
    return known
