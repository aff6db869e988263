"""Which events exist, and what does each carry?

One module for each kind of record. A contract version stays until the slowest district has moved on, so a field is never
changed or removed: a new version of the event is added beside the old one.
"""

from functools import lru_cache

import msgspec

from sync.contracts.hours import HOURS_CERTIFIED, HOURS_CORRECTED, HOURS_REVOKED, HourEntryState
from sync.contracts.identities import VOLUNTEER_ID_ASSIGNED, VOLUNTEER_ID_CLAIMED, VolunteerIdState
from sync.contracts.identity_questions import (
    IDENTITY_QUESTION_ANSWERED,
    IDENTITY_QUESTION_ASKED,
    IdentityAnswerState,
    IdentityQuestionState,
)
from sync.contracts.memberships import MEMBERSHIP_CHANGED, MembershipState
from sync.contracts.organizations import ORGANIZATION_RECORDED, OrganizationState
from sync.contracts.registrations import REGISTRATION_RECORDED, RegistrationState
from sync.contracts.relying_parties import (
    RELYING_PARTY_ANNOUNCED,
    RELYING_PARTY_REGISTERED,
    RegisteredState,
    RelyingPartyState,
)
from sync.contracts.signing_keys import (
    SIGNING_KEY_ADDED,
    SIGNING_KEY_RECOGNIZED,
    SIGNING_KEY_ROTATED,
    SigningKeyPeriod,
    SigningKeyState,
)
from sync.errors import Undecodable

CONTRACTS: dict[str, type[msgspec.Struct]] = {
    HOURS_CERTIFIED: HourEntryState,
    HOURS_CORRECTED: HourEntryState,
    HOURS_REVOKED: HourEntryState,
    IDENTITY_QUESTION_ANSWERED: IdentityAnswerState,
    IDENTITY_QUESTION_ASKED: IdentityQuestionState,
    MEMBERSHIP_CHANGED: MembershipState,
    ORGANIZATION_RECORDED: OrganizationState,
    REGISTRATION_RECORDED: RegistrationState,
    RELYING_PARTY_ANNOUNCED: RelyingPartyState,
    RELYING_PARTY_REGISTERED: RegisteredState,
    SIGNING_KEY_ADDED: SigningKeyState,
    SIGNING_KEY_RECOGNIZED: SigningKeyPeriod,
    SIGNING_KEY_ROTATED: SigningKeyState,
    VOLUNTEER_ID_ASSIGNED: VolunteerIdState,
    VOLUNTEER_ID_CLAIMED: VolunteerIdState,
}

_decoders = {name: msgspec.json.Decoder(contract) for name, contract in CONTRACTS.items()}


def read(type: str, data: msgspec.Raw) -> msgspec.Struct:
    """The state in an event of `type`; raises `Undecodable` where that type or its data is not known here."""
    decoder = _decoders.get(type)
    if decoder is None:
        raise Undecodable(f"nothing here knows {type}")
    try:
        return decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Undecodable(f"the data does not have the shape of {type}") from error


@lru_cache(maxsize=256)
def kind_of(type: str) -> str:
    """The kind of record that events of `type` are about: `hours` for `hours.certified.v1`."""
    return type.partition(".")[0]


def minutes_of(data: msgspec.Struct) -> int:
    """The minutes that a state credits; 0 for a record that credits none."""
    minutes: int = getattr(data, "credited_minutes", 0)
    return minutes
