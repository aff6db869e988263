"""What does the hub keep encrypted, and what of it did an earlier version keep in clear?"""

from typing import Any

import msgspec
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from federation.accounts.contacts.models import Contact, VerificationCode
from federation.accounts.factors.models import CodeGenerator
from federation.accounts.models import Account
from federation.accounts.sending.models import OutgoingMessage
from federation.directory.models import BusAccount
from federation.identity.models import Registration
from federation.identity.persons.sealing import seal, unseal
from federation.identity.reviews.models import Question
from federation.mailbox import ParkedRecord, QuarantinedMessage, ReceivedBatch
from sync.databases.resealing import Chunk, FieldCipher, Stock


def seal_clear_genders(session: Session, cipher: FieldCipher, *, after: tuple[Any, ...] | None, limit: int) -> Chunk | None:
    """Moves the gender of the next `limit` persons, which stands in clear, to the rest of what is known of them, encrypted."""
    row = Registration
    query = select(row.registration_id, row.person, row.gender).where(row.gender.is_not(None)).order_by(row.registration_id)
    if after is not None:
        query = query.where(row.registration_id > after[0])
    found = session.execute(query.limit(limit)).all()
    for registration_id, person, gender in found:
        known = unseal(person, cipher)
        sealed = seal(msgspec.structs.replace(known, gender=gender), cipher)
        same = (row.registration_id == registration_id, row.person == person)
        session.execute(update(row).where(*same).values(person=sealed, gender=None))
    return Chunk(len(found), len(found), (found[-1].registration_id,)) if found else None


def _count_clear_genders(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Registration).where(Registration.gender.is_not(None))) or 0


STOCKS = (
    Stock("genders in clear", _count_clear_genders, seal_clear_genders),
    Stock.of("persons", Registration.person),
    Stock.of("notes beside answers", Question.note),
    Stock.of("received batches", ReceivedBatch.body),
    Stock.of("parked events", ParkedRecord.line),
    Stock.of("refused messages", QuarantinedMessage.head),
    Stock.of("accounts on the bus", BusAccount.sealed_password),
    Stock.of("names of accounts", Account.sealed_name),
    Stock.of("telephone numbers and e-mail addresses", Contact.sealed),
    Stock.of("seeds of apps for codes", CodeGenerator.seed),
    Stock.of("messages to be sent", OutgoingMessage.sealed),
    Stock.of("what codes were sent for", VerificationCode.sealed),
)
"""Everything that is under the hub's field keys, and first what ought to be."""
