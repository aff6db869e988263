"""Which bytes does each version of an event have, for good?

    python -m tests.contracts.golden

writes the file of each event that has none yet, and notes the hash of its state. It never touches a file that is there: logs
and archives hold such bytes, and both ends of a stream hash them.
"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

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
from sync.contracts.registrations import REGISTRATION_RECORDED, DocumentToken, RegistrationState
from sync.contracts.relying_parties import (
    RELYING_PARTY_ANNOUNCED,
    RELYING_PARTY_REGISTERED,
    ClientKey,
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
from sync.mailbox.facts import read_fact
from sync.messages import envelope
from sync.messages.envelope import Event

FOLDER = Path(__file__).parents[1] / "golden"
HASHES = FOLDER / "state-hashes.json"

_AT = datetime(2026, 3, 7, 9, 30, 15, 250_000, tzinfo=UTC)
_EVENT_ID = "01958a2b-6f00-7000-8000-000000000001"
_ENTRY = "01958a2b-6f00-7000-8000-00000000000e"
_REGISTRATION = "01958a2b-6f00-7000-8000-00000000000c"
_STREET = "01958a2b-6f00-7000-8000-00000000000a"
_DISTRICT = "01958a2b-6f00-7000-8000-00000000000b"
_SECTOR = "01958a2b-6f00-7000-8000-00000000000d"
_QUESTION = "01958a2b-6f00-7000-8000-00000000000f"

_CERTIFIED = HourEntryState(
    entry_id=_ENTRY,
    registration_id=_REGISTRATION,
    organization_id=_STREET,
    activity="净滩行动 “三月”",
    field="环保",
    month="2026-03",
    started_at=datetime(2026, 3, 7, 1, 0, tzinfo=UTC),
    ended_at=datetime(2026, 3, 7, 3, 30, tzinfo=UTC),
    raw_minutes=150,
    credited_minutes=120,
    certified_by="li",
    local_number="GS-0001",
    recorded_by="chen",
)
# The public key of RFC 8037, appendix A, and its thumbprint.
_KEY = SigningKeyState(kty="OKP", crv="Ed25519", x="11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
_KEY_ID = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
# The public key of RFC 7515, appendix A.3.
_CLIENT_KEY = ClientKey(
    kty="EC",
    crv="P-256",
    x="f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    y="x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
)
_ASSIGNED = VolunteerIdState(registration_id=_REGISTRATION, volunteer_id="44012345678912")

STATES: dict[str, msgspec.Struct] = {
    HOURS_CERTIFIED: _CERTIFIED,
    HOURS_CORRECTED: msgspec.structs.replace(_CERTIFIED, raw_minutes=90, credited_minutes=90, reason="误录"),
    HOURS_REVOKED: msgspec.structs.replace(_CERTIFIED, raw_minutes=0, credited_minutes=0, reason="未到场"),
    IDENTITY_QUESTION_ANSWERED: IdentityAnswerState(
        question_id=_QUESTION,
        registration_id=_REGISTRATION,
        topic="person",
        asked_at=_AT,
        answered_by="li",
        answered_at=_AT + timedelta(hours=2),
        answer="elsewhere",
        note="说在南山区也登记过。",
    ),
    IDENTITY_QUESTION_ASKED: IdentityQuestionState(
        question_id=_QUESTION, registration_id=_REGISTRATION, topic="person", asked_at=_AT, state="open"
    ),
    MEMBERSHIP_CHANGED: MembershipState(state="suspended", reason="例行检查", since=_AT),
    ORGANIZATION_RECORDED: OrganizationState(
        organization_id=_STREET, name="香蜜湖街道", kind="street", parent_id=_DISTRICT, sector_id=_SECTOR
    ),
    REGISTRATION_RECORDED: RegistrationState(
        registration_id=_REGISTRATION,
        organization_id=_STREET,
        name="李敏",
        registered_on="2024-05-06",
        birth_date="1990-01-02",
        gender="F",
        phone="13800000000",
        documents=(DocumentToken(kind="resident_id", key_version=1, token="5f" * 32),),
        document_flaw="check_digit",
        local_number="FT000001",
    ),
    RELYING_PARTY_ANNOUNCED: RelyingPartyState(public_url="https://futian.example", key=_CLIENT_KEY),
    RELYING_PARTY_REGISTERED: RegisteredState(issuer="https://hub.example", client_id="district:futian"),
    SIGNING_KEY_ADDED: _KEY,
    SIGNING_KEY_RECOGNIZED: SigningKeyPeriod(key_id=_KEY_ID, not_before=_AT, not_after=_AT + timedelta(days=1)),
    SIGNING_KEY_ROTATED: _KEY,
    VOLUNTEER_ID_ASSIGNED: _ASSIGNED,
    VOLUNTEER_ID_CLAIMED: _ASSIGNED,
}
"""A state for each event."""

_KEYS = {
    **dict.fromkeys([HOURS_CERTIFIED, HOURS_CORRECTED, HOURS_REVOKED], _ENTRY),
    **dict.fromkeys([IDENTITY_QUESTION_ANSWERED, IDENTITY_QUESTION_ASKED], _QUESTION),
    **dict.fromkeys(
        [
            MEMBERSHIP_CHANGED,
            RELYING_PARTY_ANNOUNCED,
            RELYING_PARTY_REGISTERED,
            SIGNING_KEY_ADDED,
            SIGNING_KEY_ROTATED,
        ],
        "futian",
    ),
    SIGNING_KEY_RECOGNIZED: _KEY_ID,
    ORGANIZATION_RECORDED: _STREET,
    **dict.fromkeys([REGISTRATION_RECORDED, VOLUNTEER_ID_ASSIGNED, VOLUNTEER_ID_CLAIMED], _REGISTRATION),
}
_BY_THE_HUB = {
    IDENTITY_QUESTION_ASKED,
    MEMBERSHIP_CHANGED,
    RELYING_PARTY_REGISTERED,
    SIGNING_KEY_RECOGNIZED,
    VOLUNTEER_ID_ASSIGNED,
}


def file_of(type: str) -> Path:
    """Where the bytes of an event of `type` are kept, with a line break behind them."""
    return FOLDER / f"{type}.json"


def event_of(type: str) -> Event:
    """The event whose bytes are kept."""
    return Event(
        id=_EVENT_ID,
        source="/hub" if type in _BY_THE_HUB else "/districts/futian",
        type=type,
        subject=_KEYS[type],
        time=_AT,
        sequence=7,
        recordepoch=2,
        recordversion=3,
        data=envelope.encode_data(STATES[type]),
    )


def kept_hashes() -> dict[str, str]:
    """The hash of each state, in hexadecimal, as it was when its file was written."""
    return dict(json.loads(HASHES.read_text())) if HASHES.exists() else {}


def write_what_is_missing() -> None:
    """Writes the files of events that have none."""
    hashes = kept_hashes()
    for event_type in STATES:
        if not file_of(event_type).exists():
            event = event_of(event_type)
            file_of(event_type).write_bytes(envelope.encode(event) + b"\n")
            hashes[event_type] = read_fact(event).hash.hex()
    HASHES.write_text(json.dumps(hashes, indent=2, sort_keys=True) + "\n")


if __name__ == "__main__":
    write_what_is_missing()
