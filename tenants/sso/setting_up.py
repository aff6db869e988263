"""How does the hub come to know this district as one at which people are signed in by its word?

By the stream between the two, which every district has however it joined: the district says where its pages are and by which
key its program is known, and the hub answers as what it knows it. The private key is made here and stays here, encrypted.
"""

import msgspec
from joserfc.jwk import ECKey
from sqlalchemy.orm import Session

from sync import streams
from sync.contracts import kind_of
from sync.contracts.relying_parties import RELYING_PARTY_ANNOUNCED, ClientKey, RelyingPartyState
from sync.mailbox.digest import Record
from tenants.errors import NotPrepared
from tenants.mailbox import digest, log
from tenants.settings import Settings
from tenants.sso.models import RelyingParty

_CURVE = "P-256"


def set_up(session: Session, settings: Settings, *, new_key: bool = False, again: bool = False) -> RelyingParty:
    """Tells the hub where the district's pages are, if that is new or `again`; with another key where none is, or `new_key`.

    What the hub answers comes with its stream. Raises `NotPrepared` without `settings.public_url`.
    """
    if settings.public_url is None:
        raise NotPrepared("Set BANYAN_PUBLIC_URL to the address at which people find this district's pages.")
    party = session.get(RelyingParty, settings.district)
    if party is not None and not (new_key or again) and party.public_url == settings.public_url:
        return party
    if party is None:
        party = RelyingParty(district=settings.district)
        session.add(party)
        new_key = True
    if new_key:
        key = msgspec.json.encode(ECKey.generate_key(_CURVE).as_dict(private=True))
        party.key = settings.field_cipher.encrypt(key)
    party.public_url = settings.public_url
    _announce(session, party, settings)
    return party


def key_of(party: RelyingParty, settings: Settings) -> ECKey:
    """The private key by which the program is known to the provider."""
    return ECKey.import_key(msgspec.json.decode(settings.field_cipher.decrypt(party.key)))


def _announce(session: Session, party: RelyingParty, settings: Settings) -> None:
    key = msgspec.convert(key_of(party, settings).as_dict(private=False), ClientKey)
    state = RelyingPartyState(public_url=party.public_url, key=key)
    stream, record = streams.up(settings.district), Record(kind_of(RELYING_PARTY_ANNOUNCED), settings.district)
    # Not a count of our own: after a loss the digest knows the last version, and the row may not.
    held = digest.held(session, stream, [record]).get(record)
    version = held.version + 1 if held else 1
    log.announce(session, stream, type=RELYING_PARTY_ANNOUNCED, key=settings.district, version=version, data=state)
