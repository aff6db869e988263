"""How does this district come to sign with another key?

The hub is told of the next key by the one in use, says when it takes it, and is told by the next one that it is in use: only
then may the key before it end. That the hub has read as far is no answer: it may have parked what it could not apply.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from joserfc.jwk import OKPKey
from sqlalchemy.orm import Session

from sync import streams
from sync.contracts import kind_of
from sync.contracts.signing_keys import SIGNING_KEY_ADDED, SIGNING_KEY_ROTATED, SigningKeyState
from sync.joining import enrolment
from sync.keys.key_files import KeyFiles
from sync.keys.rotating import Agreed
from sync.mailbox.digest import Record, state_hash
from sync.messages import envelope
from tenants.errors import StateForbids
from tenants.joining.models import RecognizedKey
from tenants.mailbox import digest, log
from tenants.settings import Settings


@dataclass(frozen=True)
class Progress:
    """How far the rotation is on the way to the key `key_id`; `exchanged_at` where that one took its place lately."""

    agreed: Agreed
    key_id: str
    exchanged_at: datetime | None = None


def rotate(session: Session, settings: Settings, *, at: datetime) -> Progress:
    """Begins a rotation, which `sync` brings to its end, or says how far the last one is.

    While the key before the one in use is kept there is no other rotation, and it says when the one in use took its place.
    Raises `StateForbids` where the key is no file, and `sync.keys.key_files.KeyFixed`.
    """
    if settings.wire.signing_key_file is None:
        raise StateForbids(
            "The signing key is a value in the environment, and nothing can exchange it there. Write it into a file, name that "
            "with BANYAN_SIGNING_KEY_FILE instead, and start sync again."
        )
    files = KeyFiles(settings.wire.signing_key_file)
    key = files.current_key() or settings.wire.signing_key
    exchanged_at = files.exchanged_at()
    if files.next_key() is None and exchanged_at is not None:
        return Progress(Agreed.SETTLED, key.thumbprint(), exchanged_at)
    next_key = files.write_next()
    agreement = KeyAgreement(settings.district)
    agreed = agreement.state(session, key, next_key, at=at)
    if agreed is Agreed.UNTOLD:
        agreement.announce(session, key, next_key)
        agreed = Agreed.WAITING
    return Progress(agreed, next_key.thumbprint())


@dataclass(frozen=True)
class KeyAgreement:
    """How this district comes to terms with the hub about its keys (a `sync.keys.rotating.Agreement`).

    All keys of a district are one record, whose newest state counts.
    """

    district: str

    def state(self, session: Session, key: OKPKey, next_key: OKPKey | None, *, at: datetime) -> Agreed:
        """How far the two are, by what the hub has said of either key, and by what was said to it last."""
        own = session.get(RecognizedKey, key.thumbprint())
        following = session.get(RecognizedKey, next_key.thumbprint()) if next_key else None
        if following is not None:
            return Agreed.TAKEN if following.counts(at) else Agreed.ENDED
        # Of the key with which a district joined the hub says nothing before there is another.
        if next_key or (own is not None and own.not_after is None):
            type_, named = _word(key, next_key)
            if not self._was_said(session, type_, _state_of(named)):
                return Agreed.UNTOLD
        if own is not None and not own.counts(at):
            return Agreed.ENDED
        return Agreed.WAITING if next_key else Agreed.SETTLED

    def announce(self, session: Session, key: OKPKey, next_key: OKPKey | None) -> None:
        """Says that there is a next key or, where there is none, that this one is in use."""
        type_, named = _word(key, next_key)
        held = self._held(session, type_)
        version = held.version + 1 if held else 1
        stream = streams.up(self.district)
        log.announce(session, stream, type=type_, key=self.district, version=version, data=_state_of(named))

    def _was_said(self, session: Session, type_: str, state: SigningKeyState) -> bool:
        held = self._held(session, type_)
        said = state_hash(type_, self.district, envelope.encode_data(state))
        return held is not None and bool(held.hash == said)

    def _held(self, session: Session, type_: str) -> Any:
        record = Record(kind_of(type_), self.district)
        return digest.held(session, streams.up(self.district), [record]).get(record)


def _word(key: OKPKey, next_key: OKPKey | None) -> tuple[str, OKPKey]:
    return (SIGNING_KEY_ADDED, next_key) if next_key else (SIGNING_KEY_ROTATED, key)


def _state_of(key: OKPKey) -> SigningKeyState:
    return msgspec.convert(enrolment.public_members(key), SigningKeyState)
