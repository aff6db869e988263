"""What does somebody learn who holds a copy of the hub's database?"""

import hmac
from hashlib import sha256

import zstandard
from sqlalchemy import inspect, select, text

from federation.identity.models import Registration, RegistrationDocument
from federation.identity.persons.sealing import Person, unseal
from federation.mailbox import ParkedRecord, QuarantinedMessage
from tests.hub.peers import District, Hub, hours, registration, t1

NAME, PHONE, BIRTH_DATE, DOCUMENT = "欧阳若兰", "13912345678", "1987-11-23", "D"


def everything_in(hub: Hub) -> bytes:
    """All values of all tables, compressed ones unpacked as well."""
    found = []
    with hub.sessions() as session:
        for table in inspect(session.get_bind()).get_table_names():
            for row in session.execute(select(text("*")).select_from(text(table))):
                for value in row:
                    plain = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                    found.append(plain)
                    # A refused message begins with its signature.
                    _, frame, rest = plain.partition(zstandard.FRAME_HEADER)
                    found.append(zstandard.ZstdDecompressor().decompress(frame + rest) if frame else b"")
    return b"\n".join(found)


def test_a_copy_shows_no_name_phone_birth_date_or_token_of_a_district(hub: Hub) -> None:
    [futian] = hub.enrol("futian")
    told = registration("r1", name=NAME, phone=PHONE, birth_date=BIRTH_DATE, document=DOCUMENT)
    not_applied = registration("r2", name=NAME, phone=PHONE, birth_date=BIRTH_DATE, document=DOCUMENT)
    hub.hears(futian.says(told))
    with hub.sessions.begin() as session:
        session.execute(text("UPDATE registration SET district = 'luohu'"))
    refused = futian.says(registration("r1", name=NAME, phone=PHONE, version=2, document=DOCUMENT), not_applied, hours("e1"))
    forged = District("futian").says(told)
    hub.hears(refused, forged)
    assert len(hub.rows(ParkedRecord)) == 1
    assert len(hub.rows(QuarantinedMessage)) == 1

    copy = everything_in(hub)
    for secret in (NAME, PHONE, BIRTH_DATE, t1(DOCUMENT)):
        assert secret.encode() not in copy
    assert bytes.fromhex(t1(DOCUMENT)) not in copy


def test_who_holds_the_hubs_keys_can_read_what_it_needs(hub: Hub) -> None:
    [futian] = hub.enrol("futian")
    hub.hears(futian.says(registration("r1", name=NAME, phone=PHONE, birth_date=BIRTH_DATE, document=DOCUMENT)))
    [held] = hub.rows(Registration)
    assert unseal(held.person, hub.settings.field_cipher) == Person(name=NAME, birth_date=BIRTH_DATE, phone=PHONE, gender="F")
    [document] = hub.rows(RegistrationDocument)
    assert document.token == hmac.digest(hub.settings.token_keys[0], bytes.fromhex(t1(DOCUMENT)), sha256)


def test_the_settings_do_not_print_their_secrets(hub: Hub) -> None:
    printed = repr(hub.settings)
    hidden = "database_url secret_key field_cipher token_keys token_key next_token_key signing_key operator_token metrics_token"
    for secret in hidden.split():
        assert f"{secret}=" not in printed
