"""How does a district come in with its invitation?"""

from datetime import datetime

from joserfc.jwk import OKPKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.directory.bus_accounts import password_of
from federation.directory.enrolling import enrol
from federation.directory.inviting import hash_secret
from federation.directory.models import Invitation
from federation.directory.offering import Offer, offer
from federation.errors import InvitationRefused
from federation.settings import Settings
from sync.addresses import account_name, has_accounts
from sync.joining.enrolment import BusAccess, Enrolment, EnrolmentRequest, public_members
from sync.mailbox.inbox import Inbox


def admit(
    session: Session, request: EnrolmentRequest, key: OKPKey, *, settings: Settings, inbox: Inbox, at: datetime
) -> Enrolment:
    """Enrols a district that signed `request` with `key`, and gives what it needs to take part.

    The same request with the same key gets the same answer while the invitation lasts. Raises `InvitationRefused`,
    `AlreadyEnrolled` or `NotPrepared`.
    """
    hub_key = settings.wire.signing_key
    if request.hub_key_id != hub_key.thumbprint():
        raise InvitationRefused("This invitation is of another hub, or of one whose key has changed. Ask for another.")
    handed_out = offer(settings)
    secret_hash = hash_secret(request.secret)
    invitation = session.scalar(select(Invitation).where(Invitation.secret_hash == secret_hash).with_for_update())
    if invitation is None or invitation.district != request.district:
        raise InvitationRefused(f"No such invitation of {request.district} is known here. Ask the hub's operator for another.")
    invitation.use(key.thumbprint(), at=at)
    district = enrol(
        session,
        invitation.district,
        name=invitation.name,
        region_code=invitation.region_code,
        key=key,
        inbox=inbox,
        at=at,
    )
    return Enrolment(
        district=district.code,
        key_id=key.thumbprint(),
        name=district.name,
        region_code=district.region_code,
        hub_key=public_members(hub_key),
        bus=_access(session, district.code, handed_out, settings=settings),
        token_key=handed_out.token_key,
        token_key_version=handed_out.token_key_version,
        next_token_key=handed_out.next_token_key,
    )


def _access(session: Session, code: str, handed_out: Offer, *, settings: Settings) -> BusAccess:
    password = password_of(session, code, cipher=settings.field_cipher) if has_accounts(handed_out.bus_url) else None
    return BusAccess(url=handed_out.bus_url, account=account_name(code) if password else None, password=password)
