"""How does somebody get a slip of paper by which they claim their volunteer ID at the hub?

For who has another telephone by now, or no document in the register. A member of staff who knows the person, or has seen a
document, prints it and hands it over: whoever holds it is taken for the person.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from sqlalchemy.orm import Session

from sync.messages.claim_slip import LIFETIME, ClaimSlip, write_slip
from sync.messages.signing import read_key
from tenants.errors import StateForbids
from tenants.registrations.models import Registration
from tenants.settings import Settings
from tenants.sso.models import RelyingParty, SecurityEventKind
from tenants.sso.security_events import note

_NONCE_BYTES = 12
_PAGE = "/claim/slip"


@dataclass(frozen=True)
class PrintedSlip:
    """What stands on the paper: the hub's page, its text, both together as the address that a QR code holds, and until when."""

    page: str
    text: str
    expires_at: datetime

    @property
    def link(self) -> str:
        """The page with the text behind a #, which a browser sends to nobody."""
        return f"{self.page}#{quote(self.text)}"


def vouch(
    session: Session, registration: Registration, *, by: str, address: str, settings: Settings, at: datetime
) -> PrintedSlip:
    """A slip for the person of a registration, which is written down; raises `StateForbids` where there can be none yet."""
    party = session.get(RelyingParty, settings.district)
    if party is None or party.issuer is None:
        raise StateForbids("The city's hub has not said yet where people sign in there. Try again in a while.")
    if registration.volunteer_id is None:
        raise StateForbids("The city has not given this volunteer an ID yet. Try again in a while.")
    expires_at = datetime.fromtimestamp(int((at + LIFETIME).timestamp()), UTC)
    slip = ClaimSlip(
        registration_id=str(registration.id),
        expires_at=int(expires_at.timestamp()),
        nonce=secrets.token_urlsafe(_NONCE_BYTES),
    )
    # The key can be exchanged while this program runs; its file then holds the newer one.
    file = settings.wire.signing_key_file
    key = read_key(file.read_bytes()) if file else settings.wire.signing_key
    note(session, SecurityEventKind.SLIP_PRINTED, actor=by, address=address, at=at, registration=str(registration.id))
    return PrintedSlip(f"{party.issuer}{_PAGE}", write_slip(slip, district=settings.district, key=key), expires_at)
