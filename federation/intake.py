"""Which event of a district's is applied by what?"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import partial

from federation.directory.keeping_keys import follow_rotations
from federation.directory.recording_organizations import record_organizations
from federation.directory.relying_parties import take_announcements
from federation.identity.asking.taking_answers import take_answers
from federation.identity.linking.linking import link_registrations
from federation.identity.merging.claiming import take_claims
from federation.identity.merging.joining_late import join_late
from federation.ledger.posting import post_hours
from federation.mailbox import ParkedRecord, QuarantinedMessage, ReceivedBatch, StreamCursor, digest, recovery
from federation.settings import Settings
from federation.sso.vouching import signed_in_at
from sync.contracts.hours import HOURS_CERTIFIED, HOURS_CORRECTED, HOURS_REVOKED
from sync.contracts.identities import VOLUNTEER_ID_CLAIMED
from sync.contracts.identity_questions import IDENTITY_QUESTION_ANSWERED
from sync.contracts.organizations import ORGANIZATION_RECORDED
from sync.contracts.registrations import REGISTRATION_RECORDED
from sync.contracts.relying_parties import RELYING_PARTY_ANNOUNCED
from sync.contracts.signing_keys import SIGNING_KEY_ADDED, SIGNING_KEY_ROTATED
from sync.mailbox.applying import Applier, Handler
from sync.mailbox.archive import Archive
from sync.mailbox.inbox import Inbox
from sync.mailbox.quarantine import Quarantine


def open_inbox(settings: Settings, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Inbox:
    """The streams of all districts. Its handlers know `settings`, because persons are kept under the hub's keys."""
    follow = partial(follow_rotations, now=now)
    handlers: Mapping[str, Handler] = {
        HOURS_CERTIFIED: post_hours,
        HOURS_CORRECTED: post_hours,
        HOURS_REVOKED: post_hours,
        IDENTITY_QUESTION_ANSWERED: partial(take_answers, settings=settings, now=now),
        ORGANIZATION_RECORDED: record_organizations,
        REGISTRATION_RECORDED: partial(
            link_registrations, settings=settings, now=now, signed_in=signed_in_at, join_late=join_late
        ),
        RELYING_PARTY_ANNOUNCED: partial(take_announcements, settings=settings, now=now),
        SIGNING_KEY_ADDED: follow,
        SIGNING_KEY_ROTATED: follow,
        VOLUNTEER_ID_CLAIMED: partial(take_claims, settings=settings, now=now),
    }
    cipher = settings.field_cipher
    return Inbox(
        cursors=StreamCursor,
        archive=Archive(ReceivedBatch, cipher=cipher),
        digest=digest,
        applier=Applier(ParkedRecord, digest, handlers, cipher=cipher),
        quarantine=Quarantine(QuarantinedMessage, cipher=cipher),
        recovery=recovery,
    )
