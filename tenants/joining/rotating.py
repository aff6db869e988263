"""How does this district come to sign with another key?

The hub is told of the next key by the one in use, says when it takes it, and is told by the next one that it is in use: only
then may the key before it end. That the hub has read as far is no answer: it may have parked what it could not apply.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec
from joserfc.jwk import OKPKey
from sqlalchemy.orm import Session

from sync import enrolment, envelope, streams
from sync.contracts import kind_of
from sync.contracts.signing_keys import SIGNING_KEY_ADDED, SIGNING_KEY_ROTATED, SigningKeyState
from sync.digest import Record, state_hash
from sync.key_files import KeyFiles
from sync.rotating import Agree, Agreed
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

    While the key before the last one counts, there is no other: then it says when that one ended. Raises `StateForbids` where
    the key is no file, and `sync.key_files.KeyFixed`.
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
    return Progress(agree(session, key, next_key, district=settings.district, at=at), next_key.thumbprint())


def agree(session: Session, key: OKPKey, next_key: OKPKey | None, *, district: str, at: datetime) -> Agreed:
    """Announces what the hub was not told of the `key` in use and of the next one; says how far the two sides are."""
    own = session.get(RecognizedKey, key.thumbprint())
    if next_key is not None:
        following = session.get(RecognizedKey, next_key.thumbprint())
        if following is not None:
            return Agreed.TAKEN if following.counts(at) else Agreed.ENDED
        _announce(session, district, SIGNING_KEY_ADDED, next_key)
        return Agreed.ENDED if own is not None and not own.counts(at) else Agreed.WAITING
    if own is None:
        return Agreed.SETTLED
    if own.not_after is None:
        _announce(session, district, SIGNING_KEY_ROTATED, key)
    return Agreed.SETTLED if own.counts(at) else Agreed.ENDED


def agreement(district: str) -> Agree:
    """How `sync` comes to terms with the hub about this district's keys."""

    def agree_now(session: Session, key: OKPKey, next_key: OKPKey | None) -> Agreed:
        return agree(session, key, next_key, district=district, at=datetime.now(UTC))

    return agree_now


def _announce(session: Session, district: str, type_: str, key: OKPKey) -> None:
    """Says it of the key unless it is what was said last. All keys are one record, whose newest state counts."""
    state = msgspec.convert(enrolment.public_members(key), SigningKeyState)
    stream, record = streams.up(district), Record(kind_of(type_), district)
    held = digest.held(session, stream, [record]).get(record)
    if held is not None and held.hash == state_hash(type_, district, bytes(envelope.encode_data(state))):
        return
    log.announce(session, stream, type=type_, key=district, version=held.version + 1 if held else 1, data=state)
