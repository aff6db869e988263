"""Can a district follow the federation to its next key for documents, and exchange its own field keys, while it is at work?"""

import base64
import dataclasses
import os
import uuid
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.fernet import Fernet
from sqlalchemy import select

from sync.contracts.registrations import REGISTRATION_RECORDED
from sync.databases.resealing import FieldCipher
from sync.documents import DocumentKind
from sync.mailbox.facts import read_fact
from tenants.cli import main
from tenants.registrations.commands import STOCKS
from tenants.registrations.models import Registration
from tenants.registrations.registering import Outcome
from tenants.registrations.renewing import count_older, renew_next
from tenants.registrations.restoring import restore_registrations
from tests.support.district import District, district_environment
from tests.support.registers import RESIDENT_ID, volunteer, write_csv

NUMBERS = ["11010519491231002X", "440524188001010014", "110103201501010014"]


@pytest.fixture
def following(district: District) -> District:
    """A district with a document for each of `NUMBERS`, and one volunteer without, that was given the federation's next key."""
    for position, number in enumerate(NUMBERS):
        district.registration(f"FT{position}", document_kind=DocumentKind.RESIDENT_ID, document_number=number)
    district.registration("none")
    return dataclasses.replace(district, settings=dataclasses.replace(district.settings, next_token_key=os.urandom(32)))


def renew_all(district: District, *, limit: int = 2) -> int:
    done, after = 0, None
    while chunk := renew_next(district.session, after=after, limit=limit, settings=district.settings):
        district.session.commit()
        done, after = done + chunk.renewed, chunk.last
    return done


def documents_told(district: District) -> dict[str, list[dict[int, str]]]:
    """The tokens by key version, of each telling of each registration that named any."""
    told: dict[str, list[dict[int, str]]] = {}
    for event, data in district.said():
        if event.type == REGISTRATION_RECORDED and "documents" in data:
            tokens = {document["key_version"]: document["token"] for document in data["documents"]}
            told.setdefault(data["local_number"], []).append(tokens)
    return told


def test_every_document_is_told_under_both_keys_and_once(following: District) -> None:
    assert count_older(following.session, following.settings) == len(NUMBERS)
    assert renew_all(following) == len(NUMBERS)
    assert renew_all(following) == 0
    told = documents_told(following)
    assert told.keys() == {"FT0", "FT1", "FT2"}
    for before, after in told.values():
        assert before.keys() == {1}
        assert after.keys() == {1, 2}
        assert after[1] == before[1] != after[2]


def test_what_was_interrupted_goes_on_where_it_was(following: District) -> None:
    assert renew_next(following.session, after=None, limit=1, settings=following.settings) is not None
    following.session.commit()
    assert renew_all(following) == len(NUMBERS) - 1


def test_who_is_recorded_meanwhile_is_told_under_both_keys(following: District) -> None:
    following.registration("new", document_kind=DocumentKind.RESIDENT_ID, document_number="522501201501010011")
    assert [tokens.keys() for tokens in documents_told(following)["new"]] == [{1, 2}]
    assert count_older(following.session, following.settings) == len(NUMBERS)


def test_the_next_key_is_no_news_of_who_has_no_document(following: District) -> None:
    assert following.record(following.details("none")) is Outcome.UNCHANGED


def test_a_document_whose_number_is_not_stored_is_left_and_counted(following: District) -> None:
    lost = following.session.scalars(select(Registration).where(Registration.local_number == "none")).one()
    lost.document_kind, lost.document_token = DocumentKind.PASSPORT, "ab" * 32
    following.session.commit()
    assert renew_all(following) == len(NUMBERS)
    assert count_older(following.session, following.settings) == 1
    assert "none" not in documents_told(following)


def test_a_registration_that_comes_back_keeps_its_number_under_whichever_key_it_was_told(following: District) -> None:
    renew_all(following)
    event, data = [said for said in following.said() if said[0].type == REGISTRATION_RECORDED][-1]
    row = following.session.get_one(Registration, uuid.UUID(data["registration_id"]))
    newest = row.document_token
    # As it was in a backup from before the renewal.
    row.version, row.document_token, row.document_token_version = 1, data["documents"][0]["token"], 1
    restore_registrations(following.session, "futian", [read_fact(event)])
    assert (row.document_token, row.document_token_version, row.version) == (newest, 2, 2)
    assert row.document_number is not None


def test_numbers_come_under_a_new_field_key_and_the_old_one_opens_nothing(following: District) -> None:
    [numbers] = STOCKS
    old, new = Fernet.generate_key(), Fernet.generate_key()
    row = Registration
    for registration in following.session.scalars(select(row).where(row.document_number.is_not(None))):
        assert registration.document_number is not None
        number = following.settings.field_cipher.decrypt(registration.document_number)
        registration.document_number = FieldCipher([old]).encrypt(number)
    following.session.commit()
    both, newest = FieldCipher([new, old]), FieldCipher([new])
    steps = []
    for _ in range(2):
        after = None
        while chunk := numbers.reseal(following.session, both, after=after, limit=2):
            following.session.commit()
            after = chunk.last
            steps.append(chunk.resealed)
    assert steps == [2, 1, 0, 0]
    stored = following.session.scalars(select(row.document_number).where(row.document_number.is_not(None)))
    assert {newest.decrypt(number).decode() for number in stored if number} == set(NUMBERS)


def run(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "200"}).invoke(main, arguments)


def test_an_operator_does_both_with_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # What an import has to say of its rows, it leaves where it was started.
    monkeypatch.chdir(tmp_path)
    environment = district_environment(tmp_path)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    write_csv(tmp_path / "volunteers.csv", [volunteer("NS1", id_type="resident_id", id_number=RESIDENT_ID), volunteer("NS2")])
    for command in (["db", "upgrade"], ["setup"], ["import", "volunteers", str(tmp_path / "volunteers.csv")]):
        assert run(*command).exit_code == 0
    monkeypatch.setenv("BANYAN_NEXT_TOKEN_KEY", base64.b64encode(os.urandom(32)).decode())
    monkeypatch.setenv("BANYAN_FIELD_KEYS", f"{Fernet.generate_key().decode()},{environment['BANYAN_FIELD_KEYS']}")
    assert (
        run("keys", "token", "rotate").output.splitlines()[-1] == "Documents are told under the federation's key of version 2."
    )
    assert run("keys", "field", "rotate").output.splitlines()[-1].startswith("1 came under the first key")
    assert run("keys", "field", "rotate").output.splitlines()[-1].startswith("0 came under the first key")
