"""How does a test let a district register somebody with a document, and vouch for them on paper?"""

import os
from datetime import UTC, datetime

import msgspec

from sync.contracts.registrations import DocumentToken
from sync.documents import DocumentKind, token, understand
from sync.messages.claim_slip import ClaimSlip, write_slip
from tests.hub.peers import District, Hub, Told, registration

NUMBER = "110113199605160538"


def registered(hub: Hub, key: str, *, phone: str, number: str = NUMBER, name: str = "陈静") -> Told:
    """A registration whose document's token is under the federation's key, as districts make it."""
    plain = registration(key, name=name, phone=phone)
    document = understand(DocumentKind.RESIDENT_ID, number, today=datetime.now(UTC).date())
    made = token(document, hub.settings.joining.token_key or b"", key_version=1)
    documents = (DocumentToken(kind="resident_id", key_version=1, token=made),)
    return Told(plain.type, plain.key, plain.version, msgspec.structs.replace(plain.data, documents=documents))


def slip(district: District, registration_id: str = "r1", *, expires_in_seconds: int = 3600) -> str:
    """A slip that the district hands to the person of a registration."""
    expires_at = int(datetime.now(UTC).timestamp()) + expires_in_seconds
    made = ClaimSlip(registration_id=registration_id, expires_at=expires_at, nonce=os.urandom(8).hex())
    return write_slip(made, district=district.code, key=district.key)
