"""What does the hub keep of second factors and passkeys?"""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from federation.accounts.hashing import LENGTH
from federation.db import Model
from sync.uuids import new_uuid

LONGEST_LABEL = 60
LONGEST_CREDENTIAL_ID = 1023
"""In bytes, as WebAuthn has it (section 4, Credential ID)."""
CHALLENGE_LIFETIME = timedelta(minutes=5)


class CodeGenerator(Model):
    """An app that shows a new code every 30 seconds (RFC 6238). `seed` is what it counts from, encrypted.

    It counts from `confirmed_at` on, when its owner first showed a code of it. `last_step` is the number of the newest interval
    of which a code was taken: neither that one nor an older one is taken again.
    """

    __tablename__ = "code_generator"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    seed: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)


class RecoveryCode(Model):
    """A code on paper, for who lost everything else; kept by its keyed hash, and taken once."""

    __tablename__ = "recovery_code"

    code_hash: Mapped[str] = mapped_column(String(LENGTH), primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    used_at: Mapped[datetime | None]


class Passkey(Model):
    """A key pair that a device or a browser keeps, and uses when its owner shows themselves to it (WebAuthn).

    `sign_count` is how often it was used, where it counts; one that was copied gives itself away by it.
    """

    __tablename__ = "passkey"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_uuid)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(LONGEST_CREDENTIAL_ID), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    label: Mapped[str] = mapped_column(String(LONGEST_LABEL))
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class PasskeyChallenge(Model):
    """What a passkey is to sign, once: by whoever adds one to `account_id`, or signs in, where there is none.

    `id` is for the browser that it was given to.
    """

    __tablename__ = "passkey_challenge"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    account_id: Mapped[uuid.UUID | None]
    challenge: Mapped[bytes] = mapped_column(LargeBinary(64))
    made_at: Mapped[datetime] = mapped_column(index=True)
