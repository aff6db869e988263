"""What does the hub learn about a registration?"""

import msgspec

REGISTRATION_RECORDED = "registration.recorded.v1"


class DocumentToken(msgspec.Struct, frozen=True, kw_only=True):
    """The keyed hash of an identity document: HMAC-SHA-256 under the federation's token key of version `key_version`.

    The number itself never leaves the district.
    """

    kind: str
    key_version: int
    token: str


class RegistrationState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A volunteer's record in one district, with what matching needs and no more.

    `birth_date` is `YYYY-MM-DD`, `gender` is `M` or `F`; both are absent where the district does not know them.
    `document_flaw` says why a document that was given has no token (`check_digit`, `impossible_date`, `century_unknown`,
    `malformed`). `document_disagrees` names what the number proves otherwise than was stated (`birth_date`, `gender`).
    `local_number` is for the district alone, which gets its registrations back by this after a loss. `subject` is there where
    the person opened the registration, signed in at the hub: the account by which the hub knows them (OpenID Connect's `sub`).
    """

    registration_id: str
    organization_id: str
    name: str
    registered_on: str
    birth_date: str | None = None
    gender: str | None = None
    phone: str | None = None
    documents: tuple[DocumentToken, ...] = ()
    document_flaw: str | None = None
    local_number: str | None = None
    document_disagrees: tuple[str, ...] = ()
    subject: str | None = None
