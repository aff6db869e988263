"""By what is an account reached?"""

import uuid
from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.accounts.addresses import Address, AddressKind
from federation.accounts.contacts.models import Contact
from federation.accounts.hashing import keyed_hash
from federation.accounts.models import Account
from federation.errors import Invalid, NotFound, StateForbids
from federation.settings import Settings

MOST_CONTACTS = 5


def add_contact(session: Session, account: Account, address: Address, *, settings: Settings, at: datetime) -> Contact:
    """The account is reached by this from now on, which its owner has shown to have; raises `Invalid`, or `StateForbids`.

    It can be signed in to by it, too, unless another account is already.
    """
    held = contacts_of(session, account)
    if any(reached_by(contact, settings) == address for contact in held):
        raise Invalid("Your account has this already.", field="address")
    if len(held) >= MOST_CONTACTS:
        raise StateForbids("Your account has as many of these as it can have. Remove one first.")
    lookup = lookup_of(address, settings)
    contact = Contact(
        account_id=account.id,
        kind=address.kind,
        sealed=settings.field_cipher.encrypt(msgspec.json.encode(address.value)),
        signs_in_by=None if account_reached_by(session, address, settings) else lookup,
        verified_at=at,
    )
    session.add(contact)
    session.flush()
    return contact


def remove_contact(session: Session, account: Account, contact_id: uuid.UUID) -> Contact:
    """The account is not reached by it any more; raises `NotFound`, or `StateForbids` where it is the last one."""
    contact = session.get(Contact, contact_id)
    if contact is None or contact.account_id != account.id:
        raise NotFound("Your account has no such telephone number or e-mail address.")
    if len(contacts_of(session, account)) == 1 and not account.is_staff:
        raise StateForbids("This is all by which you can be reached. Add another one first.")
    session.delete(contact)
    return contact


def contacts_of(session: Session, account: Account) -> Sequence[Contact]:
    """All by which the account is reached, the oldest first."""
    return session.scalars(
        select(Contact).where(Contact.account_id == account.id).order_by(Contact.verified_at, Contact.id)
    ).all()


def reached_by(contact: Contact, settings: Settings) -> Address:
    """What it is."""
    return Address(contact.kind, msgspec.json.decode(settings.field_cipher.decrypt(contact.sealed), type=str))


def addresses_of(session: Session, account: Account, *, settings: Settings, kind: AddressKind | None = None) -> list[Address]:
    """All by which the account is reached, or only the telephone numbers or e-mail addresses, the oldest first."""
    held = (reached_by(contact, settings) for contact in contacts_of(session, account))
    return [address for address in held if kind in (None, address.kind)]


def account_reached_by(session: Session, address: Address, settings: Settings) -> Account | None:
    """The account that can be signed in to by this."""
    query = select(Account).join(Contact, Contact.account_id == Account.id)
    return session.scalars(query.where(Contact.signs_in_by == lookup_of(address, settings))).one_or_none()


def lookup_of(address: Address, settings: Settings) -> str:
    """Its keyed hash."""
    return keyed_hash(settings.accounts_key, f"contact {address.kind}", address.value)
