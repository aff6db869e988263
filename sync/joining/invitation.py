"""What does the hub hand to somebody whom it invites?

One line of text that survives being pasted:

    banyan-invitation-1 ‖ "." ‖ base64url( CRC-32 of the JSON, 4 bytes ‖ JSON )

It says where the hub is and by which key it will be known, so who has the line needs to trust nothing else; and it holds the
secret that lets one district in, so it is handed over on a way that both trust.
"""

import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from sync.errors import SyncError

_PREFIX = "banyan-invitation-1."
_CHECK_BYTES = 4


class InvitationUnreadable(SyncError):
    """The line is no invitation, or not the whole of one."""

    code = "invitation_unreadable"


@dataclass(frozen=True)
class Invitation:
    """`hub_key_id` is the RFC 7638 thumbprint of the key that signs the hub's answer; `secret` counts once."""

    hub_url: str
    hub_key_id: str
    district: str
    secret: str = field(repr=False)
    expires_at: datetime


def write_invitation(invitation: Invitation) -> str:
    """The line to hand over."""
    said = msgspec.json.encode(invitation)
    return _PREFIX + urlsafe_b64encode(_check(said) + said).decode()


def read_invitation(line: str) -> Invitation:
    """The invitation in a line, whatever white space pasting put into it; raises `InvitationUnreadable`."""
    text = "".join(line.split())
    if not text.startswith(_PREFIX):
        raise InvitationUnreadable(f"This is no invitation. One is a single line that begins with {_PREFIX}")
    try:
        raw = urlsafe_b64decode(text.removeprefix(_PREFIX))
        check, said = raw[:_CHECK_BYTES], raw[_CHECK_BYTES:]
        if check != _check(said):
            raise InvitationUnreadable("This is not the whole invitation, or a letter of it is wrong. Paste it again.")
        return msgspec.json.decode(said, type=Invitation)
    except (NotBase64, ValueError) as error:
        raise InvitationUnreadable("This invitation cannot be read. Paste it again, the whole line.") from error


def _check(said: bytes) -> bytes:
    return zlib.crc32(said).to_bytes(_CHECK_BYTES, "big")
