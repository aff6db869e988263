"""How does the hub come to sign people in at a district's pages?

The district says in its stream where they are and by which key its program is known, and is told as what it is known here.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec
from sqlalchemy.orm import Session

from federation.clients.registering import register_district
from federation.directory.models import District
from federation.errors import NotPrepared
from federation.mailbox import digest, log
from federation.settings import Settings
from federation.versions import newest
from sync import streams
from sync.contracts import kind_of
from sync.contracts.relying_parties import RELYING_PARTY_REGISTERED, RegisteredState
from sync.mailbox.digest import Record
from sync.mailbox.facts import Fact


def take_announcements(
    session: Session, code: str, facts: Sequence[Fact], *, settings: Settings, now: Callable[[], datetime]
) -> None:
    """Lets the district of this code send people here to sign in, as the newest of `facts` (`RelyingPartyState`) says.

    Raises `Invalid` where that is no address to which anybody may be sent, and `NotPrepared` without one of the hub's own.
    """
    if settings.joining.hub_url is None:
        raise NotPrepared("Set BANYAN_PUBLIC_URL, which is what people who sign in here are told that the hub is.")
    for fact in newest(facts):
        client = register_district(
            session,
            code,
            name=session.get_one(District, code).name,
            public_url=fact.data.public_url,
            jwks={"keys": [msgspec.to_builtins(fact.data.key)]},
            at=now(),
        )
        stream, record = streams.down(code), Record(kind_of(RELYING_PARTY_REGISTERED), code)
        held = digest.held(session, stream, [record]).get(record)
        log.announce(
            session,
            stream,
            type=RELYING_PARTY_REGISTERED,
            key=code,
            version=held.version + 1 if held else 1,
            data=RegisteredState(issuer=settings.joining.hub_url, client_id=client.client_id),
        )
