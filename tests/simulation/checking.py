"""Has anything been lost, doubled or given to the wrong person?

One checker, in plain SQL over copies of the databases, which shares no code with what it checks. Each question selects what
must not be there.
"""

import sqlite3
from collections.abc import Iterable, Mapping

import zstandard

QUESTIONS = {
    "a reader does not stand at its writer's head": """
        SELECT head.stream FROM {district}.stream_head AS head LEFT JOIN hub.stream_cursor AS cursor
            ON (cursor.stream, cursor.epoch, cursor.sequence, cursor.hash) = (head.stream, head.epoch, head.sequence, head.hash)
            WHERE cursor.stream IS NULL
        UNION ALL
        SELECT cursor.stream FROM {district}.stream_cursor AS cursor LEFT JOIN hub.stream_head AS head
            ON (cursor.stream, cursor.epoch, cursor.sequence, cursor.hash) = (head.stream, head.epoch, head.sequence, head.hash)
            WHERE head.stream IS NULL AND cursor.sequence > 0
    """,
    "a stream is being recovered": """
        SELECT stream FROM {district}.stream_head WHERE recovery IS NOT NULL
        UNION ALL
        SELECT stream FROM hub.stream_head WHERE recovery IS NOT NULL AND stream LIKE '{district}/%'
    """,
    "the digests of both ends of a stream differ": """
        SELECT * FROM (SELECT * FROM {district}.digest_sum EXCEPT SELECT * FROM hub.digest_sum)
        UNION ALL
        SELECT * FROM (
            SELECT * FROM hub.digest_sum WHERE stream LIKE '{district}/%' EXCEPT SELECT * FROM {district}.digest_sum
        )
    """,
    "a bucket does not hold what it says": """
        SELECT stream, kind, bucket, count(*) FROM {district}.record_state GROUP BY stream, kind, bucket
        EXCEPT SELECT stream, kind, bucket, records FROM {district}.digest_sum
    """,
    "the two ends hold different registrations": """
        SELECT * FROM (
            SELECT key, state, version FROM {district}.registration
            EXCEPT SELECT key, state, version FROM hub.registration
        )
        UNION ALL
        SELECT * FROM (
            SELECT key, state, version FROM hub.registration WHERE key LIKE '{district}-%'
            EXCEPT SELECT key, state, version FROM {district}.registration
        )
    """,
    "what the log says last of a registration is not its state": """
        SELECT registration.key, registration.state FROM {district}.registration AS registration
        LEFT JOIN {district}.record_state AS told
            ON (told.stream, told.kind, told.key) = ('{district}/up', 'registration', registration.key)
        LEFT JOIN {district}.written_batch AS batch
            ON (batch.stream, batch.epoch) = (told.stream, told.epoch) AND told.sequence BETWEEN batch.first AND batch.last
        WHERE line(batch.body, told.sequence - batch.first) NOT LIKE '%"name":"' || registration.state || '"%'
            OR batch.body IS NULL
    """,
    "a state is lost that one of both had": """
        SELECT survivor.key, survivor.state FROM survivor LEFT JOIN hub.registration AS held USING (key)
            WHERE survivor.key LIKE '{district}-%' AND (held.key IS NULL OR held.state < survivor.state)
    """,
    "a registration has no volunteer ID": """
        SELECT key FROM {district}.registration EXCEPT SELECT key FROM {district}.held_id
    """,
    "a district holds another ID than the hub has told": """
        SELECT * FROM (SELECT key, volunteer_id FROM {district}.held_id EXCEPT SELECT key, volunteer_id FROM hub.held_id)
    """,
    "something waits for a person": """
        SELECT stream, sequence, reason FROM {district}.parked_record
        UNION ALL
        SELECT stream, sequence, reason FROM hub.parked_record WHERE stream LIKE '{district}/%'
    """,
    "a message was refused": """
        SELECT code, detail FROM {district}.quarantined_message
    """,
}

QUESTIONS_TO_THE_HUB = {
    "a message was refused": "SELECT code, detail FROM hub.quarantined_message",
    "a state took effect twice": "SELECT key, state FROM hub.effect GROUP BY key, state HAVING count(*) > 1",
    "an ID that was shown is not answered for": """
        SELECT shown.volunteer_id, shown.key FROM shown LEFT JOIN hub.issued_id AS issued USING (volunteer_id, key)
            WHERE issued.key IS NULL
    """,
}

# Of what is held anywhere.
WHOSE_ID = "SELECT volunteer_id, key FROM {table}"
ONE_ID_ONE_PERSON = "SELECT volunteer_id FROM ({holders}) GROUP BY volunteer_id HAVING count(DISTINCT key) > 1"


class Checker:
    """Looks at copies of the databases of the hub and of these districts."""

    def __init__(self, districts: Iterable[str]) -> None:
        self._districts = list(districts)
        self._connection = sqlite3.connect(":memory:", isolation_level=None)
        for party in ("hub", *self._districts):
            self._connection.execute(f"ATTACH ':memory:' AS {party}")
        self._connection.create_function("line", 2, _line, deterministic=True)
        self._connection.execute("CREATE TABLE survivor (key TEXT PRIMARY KEY, state INTEGER)")
        self._connection.execute("CREATE TABLE shown (volunteer_id TEXT, key TEXT)")

    def complaints(
        self, databases: Mapping[str, bytes], *, survivors: Mapping[str, int], shown: Iterable[tuple[str, str]]
    ) -> list[str]:
        """What is wrong. `survivors` are the states that must not be lost, `shown` the IDs that people know, and whose."""
        for party, database in databases.items():
            self._connection.deserialize(database, name=party)
        self._connection.execute("DELETE FROM survivor")
        self._connection.execute("DELETE FROM shown")
        self._connection.executemany("INSERT INTO survivor VALUES (?, ?)", survivors.items())
        self._connection.executemany("INSERT INTO shown VALUES (?, ?)", shown)
        found = [
            self._ask(f"{district}: {complaint}", question.format(district=district))
            for district in self._districts
            for complaint, question in QUESTIONS.items()
        ]
        found += [self._ask(f"hub: {complaint}", question) for complaint, question in QUESTIONS_TO_THE_HUB.items()]
        tables = ["hub.issued_id", *(f"{district}.held_id" for district in self._districts)]
        holders = " UNION ALL ".join(WHOSE_ID.format(table=table) for table in tables)
        found.append(self._ask("an ID is of two people", ONE_ID_ONE_PERSON.format(holders=holders)))
        return [complaint for complaint in found if complaint]

    def _ask(self, complaint: str, question: str) -> str:
        rows = self._connection.execute(question).fetchall()
        return f"{complaint}: {rows[:3]}" if rows else ""


def _line(body: bytes | None, place: int) -> str | None:
    """The event at a place in a batch."""
    return None if body is None else zstandard.decompress(body).split(b"\n")[place].decode()
