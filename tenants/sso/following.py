"""What does this district learn of the provider, and what does it get back of its own word to it?"""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from sync.mailbox.facts import Fact
from tenants.sso.models import RelyingParty


def follow_provider(session: Session, district: str, facts: Sequence[Fact]) -> None:
    """Keeps the newest of `facts` (`RegisteredState`), where this district has asked for it."""
    newest = max(facts, key=lambda fact: (fact.epoch, fact.version))
    party = session.get(RelyingParty, district)
    if party is not None and (party.registered_epoch, party.registered_version) < (newest.epoch, newest.version):
        party.issuer, party.client_id = newest.data.issuer, newest.data.client_id
        party.registered_epoch, party.registered_version = newest.epoch, newest.version


def restore_relying_party(_session: Session, _district: str, _facts: Sequence[Fact]) -> None:
    """Takes it back as said, and needs no more: where its private key is not in the backup, it is set up anew."""
