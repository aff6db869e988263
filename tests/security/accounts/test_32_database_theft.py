"""What can somebody do with a copy of the hub's database?"""

import sqlite3
from contextlib import closing

from tests.hub.peers import Hub
from tests.support.people import PASSWORD, PHONE, Someone

NUMBER = "110113199605160538"


def test_32_nothing_in_it_opens_an_account_or_says_who_somebody_is(hub: Hub, someone: Someone) -> None:
    seed, recovery_codes = someone.add_app()
    someone.fill_in("/account/contacts/new", address="chen@example.org")
    codes = [letter.values["code"] for letter in someone.outbox.letters() if letter.topic == "code"]
    someone.fill_in("/claim", document_kind="resident_id", document_number=NUMBER, phone="13800000000")
    plain = [part for code in recovery_codes for part in (code, code.replace("-", ""))]
    secrets = [PASSWORD, seed, str(someone.key), PHONE, "chen@example.org", "陈静", NUMBER, *plain, *codes]
    dump = dump_of(hub)
    assert "account" in dump
    assert [secret for secret in secrets if secret in dump] == []


def dump_of(hub: Hub) -> str:
    """Every value in every row, as text."""
    path = hub.settings.database_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = [row for table in tables for row in connection.execute(f'SELECT * FROM "{table}"')]  # noqa: S608 - its own names
    values = (value for row in rows for value in row)
    return "\n".join([*tables, *(value.decode("latin-1") if isinstance(value, bytes) else str(value) for value in values)])
