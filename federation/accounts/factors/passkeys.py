"""How does a passkey show that somebody is whom an account is for?

Each is discoverable and asks its owner to show themselves, so it says who somebody is without a name and stands for two
factors. What it has to sign is made up here, kept here, and taken once.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar
from urllib.parse import urlsplit

import webauthn
from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from webauthn.helpers import parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from federation.accounts.factors.models import CHALLENGE_LIFETIME, LONGEST_LABEL, Passkey, PasskeyChallenge
from federation.accounts.models import Account
from federation.errors import Invalid, NotFound, NotPrepared, SignInRefused
from federation.settings import Settings
from sync.uuids import new_uuid

NAME = "Banyan"

_REFUSED = "This passkey was not accepted. Try again, or sign in in another way."
_REQUIRED = UserVerificationRequirement.REQUIRED

Verified = TypeVar("Verified")


def registration_options(
    session: Session, account: Account, *, display_name: str, settings: Settings, at: datetime
) -> tuple[uuid.UUID, str]:
    """What a browser has to know to make a passkey for the account, as JSON, and the id of the challenge in it."""
    kept = _challenge(session, account, at=at)
    options = webauthn.generate_registration_options(
        rp_id=_host(settings),
        rp_name=NAME,
        user_id=account.id.bytes,
        user_name=account.username,
        user_display_name=display_name,
        challenge=kept.challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, require_resident_key=True, user_verification=_REQUIRED
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=passkey.credential_id) for passkey in passkeys_of(session, account)
        ],
    )
    return kept.id, webauthn.options_to_json(options)


def add_passkey(
    session: Session,
    account: Account,
    challenge_id: uuid.UUID | None,
    answer: str,
    *,
    label: str,
    settings: Settings,
    at: datetime,
) -> Passkey:
    """Keeps the passkey that a browser made; raises `Invalid` where its `answer` (JSON) is to another challenge or place."""
    challenge = _take(session, challenge_id, account, at=at)
    try:
        verified = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge or b"",
            expected_rp_id=_host(settings),
            expected_origin=_origin(settings),
            require_user_verification=True,
        )
    except WebAuthnException as error:
        raise Invalid("This passkey could not be added. Try again.", field="answer") from error
    if challenge is None or session.scalar(select(Passkey.id).where(Passkey.credential_id == verified.credential_id)):
        raise Invalid("This passkey could not be added. Try again.", field="answer")
    passkey = Passkey(
        account_id=account.id,
        credential_id=verified.credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        label=label.strip()[:LONGEST_LABEL],
        created_at=at,
    )
    session.add(passkey)
    return passkey


def authentication_options(session: Session, *, settings: Settings, at: datetime) -> tuple[uuid.UUID, str]:
    """What a browser has to know to sign in with whichever passkey it has, as JSON, and the id of the challenge in it."""
    kept = _challenge(session, None, at=at)
    options = webauthn.generate_authentication_options(
        rp_id=_host(settings), challenge=kept.challenge, user_verification=_REQUIRED
    )
    return kept.id, webauthn.options_to_json(options)


def account_of_passkey(
    session: Session, challenge_id: uuid.UUID | None, answer: str, *, settings: Settings, at: datetime
) -> Account:
    """Whose passkey signed the challenge; raises `SignInRefused`. The caller commits either way: a challenge is taken once."""
    challenge = _take(session, challenge_id, None, at=at)
    try:
        credential = parse_authentication_credential_json(answer)
        found = select(Passkey).where(Passkey.credential_id == credential.raw_id).with_for_update()
        passkey = session.scalars(found).one_or_none()
        if challenge is None or passkey is None:
            raise SignInRefused(_REFUSED)
        verified = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=_host(settings),
            expected_origin=_origin(settings),
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except WebAuthnException as error:
        raise SignInRefused(_REFUSED) from error
    account = session.get_one(Account, passkey.account_id)
    if not account.active:
        raise SignInRefused(_REFUSED)
    passkey.sign_count, passkey.last_used_at = verified.new_sign_count, at
    return account


def passkeys_of(session: Session, account: Account) -> Sequence[Passkey]:
    """The account's passkeys, the oldest first."""
    return session.scalars(
        select(Passkey).where(Passkey.account_id == account.id).order_by(Passkey.created_at, Passkey.id)
    ).all()


def remove_passkey(session: Session, account: Account, passkey_id: uuid.UUID) -> None:
    """It opens the account no more; raises `NotFound`."""
    passkey = session.get(Passkey, passkey_id)
    if passkey is None or passkey.account_id != account.id:
        raise NotFound("Your account has no such passkey.")
    session.delete(passkey)


def are_possible(settings: Settings) -> bool:
    """Whether the hub knows its own address, for which alone a passkey is made."""
    return settings.joining.hub_url is not None


def _challenge(session: Session, account: Account | None, *, at: datetime) -> PasskeyChallenge:
    session.execute(delete(PasskeyChallenge).where(PasskeyChallenge.made_at <= at - CHALLENGE_LIFETIME))
    kept = PasskeyChallenge(
        id=new_uuid(), account_id=account and account.id, challenge=webauthn.helpers.generate_challenge(), made_at=at
    )
    session.add(kept)
    return kept


def _take(session: Session, challenge_id: uuid.UUID | None, account: Account | None, *, at: datetime) -> bytes | None:
    """The challenge, which is gone then; None where there is none of this id, for this account, that is young enough."""
    row = PasskeyChallenge
    taken = session.execute(
        delete(row).where(row.id == challenge_id).returning(row.challenge, row.account_id, row.made_at)
    ).one_or_none()
    if taken is None or taken.account_id != (account and account.id) or at - taken.made_at > CHALLENGE_LIFETIME:
        return None
    challenge: bytes = taken.challenge
    return challenge


def _host(settings: Settings) -> str:
    return urlsplit(_origin(settings)).hostname or ""


def _origin(settings: Settings) -> str:
    if settings.joining.hub_url is None:
        raise NotPrepared("The hub does not know its own address, so there can be no passkeys. Set BANYAN_PUBLIC_URL.")
    parts = urlsplit(settings.joining.hub_url)
    return f"{parts.scheme}://{parts.netloc}"
