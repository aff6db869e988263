"""How is a signed message laid out?

    signature line (detached JWS) ‖ line break ‖ body, exactly as signed

The protected header says what the body is and which stream it is about, so that the sender's right to speak is checked
before a byte of the body is read. The layout is the same on every carrier.
"""

from datetime import datetime
from typing import NamedTuple, Protocol, TypeVar

import msgspec
from joserfc.jwk import OKPKey

from sync import streams
from sync.addresses import account_name
from sync.errors import TooLarge, Undecodable, WrongSender
from sync.messages import signing

PROTOCOL_VERSION = 1

BATCH = "banyan-batch"
BEACON = "banyan-beacon"
POSITION = "banyan-position"
QUESTION = "banyan-question"
ANSWER = "banyan-answer"
LINES = "banyan-lines"

_FROM_READER = frozenset({POSITION, ANSWER, LINES})

Claims = TypeVar("Claims", bound="StreamClaims")


class Arrived(NamedTuple):
    """A message as it came; `account` is who published it, where the bus vouches for that."""

    raw: bytes
    account: str | None = None


class AboutStream(Protocol):
    """What can be said in a body: it is about one stream."""

    @property
    def stream(self) -> str:
        """The stream's name."""


Said = TypeVar("Said", bound=AboutStream)


class StreamClaims(msgspec.Struct, frozen=True, kw_only=True):
    """What every message's header says: its kind, the protocol's version, and the stream that it is about."""

    typ: str
    v: int
    stream: str


class Signed(msgspec.Struct, frozen=True):
    """A message taken apart, its signature not yet verified."""

    signature: bytes
    body: bytes
    claims: StreamClaims
    header: dict[str, object]

    @property
    def sender(self) -> str:
        """Who alone may send this: the stream's reader for what answers its writer, else the writer."""
        return self._parties[0]

    @property
    def addressee(self) -> str:
        """The other end of the stream."""
        return self._parties[1]

    @property
    def _parties(self) -> tuple[str, str]:
        writer, reader = streams.writer_of(self.claims.stream), streams.reader_of(self.claims.stream)
        return (reader, writer) if self.claims.typ in _FROM_READER else (writer, reader)

    def read_claims(self, shape: type[Claims]) -> Claims:
        """The header as `shape`; raises `Undecodable`."""
        try:
            return msgspec.convert(self.header, shape)
        except msgspec.ValidationError as error:
            raise Undecodable(f"the header of a {self.claims.typ} lacks what it needs: {error}") from error

    def read_body(self, decoder: "msgspec.json.Decoder[Said]") -> Said:
        """The body as what `decoder` reads; raises `Undecodable`, also where it speaks of another stream than the header."""
        try:
            said = decoder.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Undecodable(f"the body of a {self.claims.typ} does not have the expected shape: {error}") from error
        if said.stream != self.claims.stream:
            raise Undecodable("the body speaks of another stream than the header")
        return said


def seal(body: bytes, claims: StreamClaims, key: OKPKey) -> bytes:
    """A message ready to send."""
    return signing.sign(body, msgspec.to_builtins(claims), key) + b"\n" + body


def take_apart(raw: bytes) -> Signed:
    """Reads the header of a message and nothing else; raises `TooLarge` or `Undecodable`."""
    if len(raw) > signing.MAX_BODY_BYTES:
        raise TooLarge(f"a message of {len(raw)} bytes is over the limit of {signing.MAX_BODY_BYTES}")
    signature, separator, body = raw.partition(b"\n")
    if not separator:
        raise Undecodable("a message needs a signature line and a body")
    header = signing.read_header(signature)
    try:
        claims = msgspec.convert(header, StreamClaims)
    except msgspec.ValidationError as error:
        raise Undecodable(f"the header does not say what the message is: {error}") from error
    if claims.v != PROTOCOL_VERSION:
        raise Undecodable(f"version {claims.v} of the protocol is not known here")
    if not streams.is_stream(claims.stream):
        raise Undecodable("the header names no stream")
    return Signed(signature, body, claims, header)


def verify(signed: Signed, *, receiver: str, keys: signing.KeyRing, at: datetime, account: str | None = None) -> None:
    """Raises `WrongSender`, `UnknownKey` or `BadSignature` unless the right party sent this to `receiver`.

    `account` is who published it, where the bus vouches for that: what another party recorded and plays again is refused.
    """
    if signed.addressee != receiver:
        raise WrongSender(f"a message about {signed.claims.stream} is not for {receiver}")
    if account not in (None, account_name(signed.sender)):
        raise WrongSender(f"a message of {signed.sender} came from the account {account}")
    signing.verify(signed.body, signed.signature, sender=signed.sender, keys=keys, at=at)
