"""Which event of the hub's is applied by what, and which of its own does a district get back by what?"""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from sync.contracts.hours import HOURS_CERTIFIED, HOURS_CORRECTED, HOURS_REVOKED
from sync.contracts.identities import VOLUNTEER_ID_ASSIGNED, VOLUNTEER_ID_CLAIMED
from sync.contracts.identity_questions import IDENTITY_QUESTION_ANSWERED, IDENTITY_QUESTION_ASKED
from sync.contracts.memberships import MEMBERSHIP_CHANGED
from sync.contracts.organizations import ORGANIZATION_RECORDED
from sync.contracts.registrations import REGISTRATION_RECORDED
from sync.contracts.relying_parties import RELYING_PARTY_ANNOUNCED, RELYING_PARTY_REGISTERED
from sync.contracts.signing_keys import SIGNING_KEY_ADDED, SIGNING_KEY_RECOGNIZED, SIGNING_KEY_ROTATED
from sync.mailbox.applying import Handler
from sync.mailbox.log import Log
from tenants.hours.restoring import restore_hours
from tenants.joining.following import follow_membership, follow_recognized_keys
from tenants.joining.restoring import restore_signing_keys
from tenants.organizations.restoring import restore_organizations
from tenants.questions.claiming import claim_questions
from tenants.questions.following import follow_questions
from tenants.questions.restoring import restore_answers
from tenants.registrations.claiming import claim_volunteer_ids, restore_claims
from tenants.registrations.following import follow_volunteer_ids
from tenants.registrations.restoring import restore_registrations
from tenants.sso.following import follow_provider, restore_relying_party

HANDLERS: Mapping[str, Handler] = {
    IDENTITY_QUESTION_ASKED: follow_questions,
    MEMBERSHIP_CHANGED: follow_membership,
    RELYING_PARTY_REGISTERED: follow_provider,
    SIGNING_KEY_RECOGNIZED: follow_recognized_keys,
    VOLUNTEER_ID_ASSIGNED: follow_volunteer_ids,
}

RESTORERS: Mapping[str, Handler] = {
    HOURS_CERTIFIED: restore_hours,
    HOURS_CORRECTED: restore_hours,
    HOURS_REVOKED: restore_hours,
    IDENTITY_QUESTION_ANSWERED: restore_answers,
    ORGANIZATION_RECORDED: restore_organizations,
    REGISTRATION_RECORDED: restore_registrations,
    RELYING_PARTY_ANNOUNCED: restore_relying_party,
    VOLUNTEER_ID_CLAIMED: restore_claims,
    SIGNING_KEY_ADDED: restore_signing_keys,
    SIGNING_KEY_ROTATED: restore_signing_keys,
}


def when_the_hub_begins_anew(session: Session, stream: str, *, log: Log) -> None:
    """Says what the hub, whose `stream` goes on in a newer epoch, may have lost."""
    claim_volunteer_ids(session, stream, log=log)
    claim_questions(session, stream, log=log)
