"""How do several messages travel in one answer?

As an array of byte strings in MessagePack, in the order in which they are to be read.
"""

from collections.abc import Sequence

import msgspec

from sync.errors import Undecodable
from sync.messages import signing

CONTENT_TYPE = "application/vnd.msgpack"
MAX_MESSAGES = 8
# A bundle takes one more message while it is smaller than this, so it may become larger by that message.
FULL_BYTES = signing.MAX_BODY_BYTES
MAX_BYTES = FULL_BYTES + signing.MAX_BODY_BYTES + 1024

_decoder = msgspec.msgpack.Decoder(list[bytes])


def pack(messages: Sequence[bytes]) -> bytes:
    """The body of an answer with `messages`."""
    return msgspec.msgpack.encode(messages)


def unpack(body: bytes) -> list[bytes]:
    """The messages in the body of an answer; raises `Undecodable`."""
    try:
        return _decoder.decode(body)
    except msgspec.DecodeError as error:
        raise Undecodable("the answer is no bundle of messages") from error
