"""Does what the code sends look as docs/asyncapi.yaml says?"""

import json
import re
from collections.abc import Callable
from functools import reduce
from typing import Any

import jsonschema
import pytest
import yaml

from sync.mailbox.asking import (
    Question,
    WhatFollows,
    WhereParted,
    WhichKeys,
    WhichStates,
    WhichSums,
    seal_answer,
    seal_question,
)
from sync.mailbox.digest import BUCKET_RULE, Record
from sync.messages import message
from sync.messages.batch import seal_batch, unpack_lines
from sync.messages.beacon import Beacon, Position, seal_beacon, seal_position
from tests.contracts import golden, schemas
from tests.contracts.conftest import UP
from tests.support.sides import AT, Side

TEXT = schemas.DOCUMENT.read_text()
DOCUMENT = yaml.safe_load(TEXT)
MESSAGES = {described["name"]: described for described in DOCUMENT["components"]["messages"].values()}
EVENT = {"$ref": "#/components/schemas/Event"}
PACKED = (message.BATCH, message.LINES)
# What a peer that was not upgraded yet leaves out of a header.
LATER = {"given_up", "held_epoch"}


def faults(schema: dict[str, Any], said: Any) -> list[str]:
    validator = jsonschema.Draft7Validator({"allOf": [schema], "components": DOCUMENT["components"]})
    return [error.message for error in validator.iter_errors(said)]


def referred(reference: str) -> Any:
    """What a reference within the document leads to."""
    return reduce(lambda place, name: place[name], reference.removeprefix("#/").split("/"), DOCUMENT)


def take_apart(raw: bytes) -> tuple[dict[str, Any], dict[str, Any], Any]:
    """What the document says of a message's kind, the message's header, and its body in plain JSON."""
    signed = message.take_apart(raw)
    if signed.claims.typ in PACKED:
        body = [json.loads(line) for line in unpack_lines(signed.body)] if signed.body else []
    else:
        body = json.loads(signed.body)
    return MESSAGES[signed.claims.typ], signed.header, body


def check(raw: bytes) -> None:
    described, header, body = take_apart(raw)
    assert faults(described["headers"], header) == []
    assert faults(described["payload"], body) == []
    for name in header.keys() - LATER:
        assert faults(described["headers"], {key: value for key, value in header.items() if key != name}) != []


def answered(hub: Side, raw: bytes) -> bytes:
    """What the hub says to `raw`, as it would be sent."""
    with hub.sessions.begin() as session:
        reply = hub.inbox.receive(session, raw, receiver=hub.party, keys=hub.keys_in, at=AT)
    assert reply is not None
    return seal_position(reply, hub.key) if isinstance(reply, Position) else seal_answer(reply, hub.key)


def a_batch(futian: Side) -> bytes:
    with futian.sessions() as session:
        read = futian.log.read(session, UP, epoch=1, after=0)
    assert read is not None
    return seal_batch(read, futian.key)


def a_beacon(futian: Side) -> bytes:
    with futian.sessions() as session:
        [head] = futian.log.heads(session)
        root = futian.log.root(session, head)
    hash_ = head.hash.hex()
    return seal_beacon(
        Beacon(stream=UP, epoch=head.epoch, sequence=head.sequence, hash=hash_, sent=head.sequence, root=root, lit_at=AT),
        futian.key,
    )


def test_the_schemas_are_those_of_the_code() -> None:
    assert schemas.written_anew(TEXT) == TEXT, "run: .venv/bin/python -m tests.contracts.schemas"


def test_every_kind_of_message_is_described() -> None:
    assert set(MESSAGES) == set(schemas.HEADERS)
    for channel in DOCUMENT["channels"].values():
        assert set(channel["messages"]) == set(DOCUMENT["components"]["messages"])


def test_every_reference_leads_somewhere() -> None:
    references = set(re.findall(r"""\$ref: ["'](.*)["']""", TEXT))
    assert len(references) > len(MESSAGES)
    assert all(referred(reference) for reference in references)


def test_schemas_are_schemas() -> None:
    for schema in DOCUMENT["components"]["schemas"].values():
        jsonschema.Draft7Validator.check_schema(schema)


@pytest.mark.parametrize("say", [a_batch, a_beacon])
def test_what_a_writer_says_and_a_reader_answers(futian: Side, hub: Side, say: Callable[[Side], bytes]) -> None:
    futian.announce(3)
    said = say(futian)
    check(said)
    check(answered(hub, said))


def questions(futian: Side) -> list[Question]:
    """One of each kind, about what the hub holds and about what it does not."""
    head, key = futian.head(), "e2"
    with futian.sessions() as session:
        buckets = tuple(futian.digest.buckets(session, UP))
    return [
        WhereParted(stream=UP, epoch=1, hashes={head.sequence: head.hash.hex(), 1: "00" * 32}),
        WhereParted(stream=UP, epoch=9, hashes={0: "00" * 32}),
        WhatFollows(stream=UP, epoch=1, after=1),
        WhatFollows(stream=UP, epoch=1, after=head.sequence),
        WhichSums(stream=UP, epoch=1, sequence=head.sequence, buckets=buckets, rule=BUCKET_RULE),
        WhichKeys(stream=UP, kind="hours", bucket=Record("hours", key).bucket, rule=BUCKET_RULE),
        WhichStates(stream=UP, kind="hours", keys=(key, "unknown")),
    ]


@pytest.mark.parametrize("number", range(7))
def test_what_a_writer_asks_and_a_reader_tells(futian: Side, hub: Side, number: int) -> None:
    futian.announce(3)
    answered(hub, a_batch(futian))
    asked = seal_question(questions(futian)[number], futian.key)
    check(asked)
    check(answered(hub, asked))


@pytest.mark.parametrize("kept", sorted(golden.STATES))
def test_every_version_of_an_event(kept: str) -> None:
    said = json.loads(golden.file_of(kept).read_bytes())
    assert faults(EVENT, said) == []
    for name in said:
        assert faults(EVENT, {key: value for key, value in said.items() if key != name}) != []
    assert faults(EVENT, said | {"data": {}}) != []


def test_an_event_that_is_not_known_yet_may_say_anything() -> None:
    said = json.loads(next(iter(golden.FOLDER.glob("*.v1.json"))).read_bytes())
    assert faults(EVENT, said | {"type": "something.happened.v9", "data": {"new": 1}}) == []


def test_nothing_else_is_in_a_header(futian: Side) -> None:
    futian.announce(1)
    described, header, _ = take_apart(a_batch(futian))
    assert set(header) == set(referred(described["headers"]["$ref"])["properties"])
