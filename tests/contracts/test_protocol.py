"""Does docs/protocol.md say what the code does?"""

import json
import re
from typing import Any

import pytest

import tenants.intake
from federation.broker.definitions import definitions
from sync import streams
from sync.addresses import account_name, exchange_name, queue_name
from sync.contracts import CONTRACTS
from sync.errors import Rejected
from sync.mailbox.digest import BucketSum, Record, root_of
from sync.mailbox.facts import read_fact
from sync.messages import batch, envelope
from sync.messages.beacon import Verdict
from sync.messages.message import PROTOCOL_VERSION, Signed, StreamClaims
from tests.architecture.source import ROOT
from tests.architecture.tables import figures, quantity, quantity_in_code, table
from tests.contracts import golden, schemas

TEXT = (ROOT / "docs" / "protocol.md").read_text()
FIGURES = figures(TEXT)


@pytest.mark.parametrize(("what", "said", "name"), FIGURES, ids=[name for _, _, name in FIGURES])
def test_a_figure_is_that_of_the_code(what: str, said: str, name: str) -> None:
    assert quantity(said) == quantity_in_code(name), what


def test_there_are_figures() -> None:
    assert len(FIGURES) > 25


def test_every_event_is_told_of_with_its_writer_and_its_data() -> None:
    rows = {event: (writer, data) for event, writer, _, data in table(TEXT, "event")}
    by_hub = set(tenants.intake.HANDLERS)
    assert rows == {
        event: ("hub" if event in by_hub else "district", contract.__name__) for event, contract in CONTRACTS.items()
    }


def test_a_district_is_given_back_whatever_it_says() -> None:
    assert set(tenants.intake.RESTORERS) == set(CONTRACTS) - set(tenants.intake.HANDLERS)


def test_every_attribute_of_an_event_is_told_of() -> None:
    told = {name for cells in table(TEXT, "attribute") for name in re.findall(r"\w+", cells[0])}
    assert told == set(envelope.Event.__struct_fields__)


def test_every_kind_of_message_is_told_of_with_its_sender_and_its_header() -> None:
    rows = {kind: (sender, set(re.findall(r"\w+", members))) for kind, sender, members, _ in table(TEXT, "`typ`")}
    common = set(schemas.schemas()["BeaconHeader"]["properties"])
    assert rows == {
        kind: (_sender(kind), set(schemas.schemas()[_header(kind)]["properties"]) - common) for kind in schemas.HEADERS
    }


def _header(kind: str) -> str:
    return kind.removeprefix("banyan-").capitalize() + "Header"


def _sender(kind: str) -> str:
    stream = streams.up("futian")
    sender = Signed(b"", b"", StreamClaims(typ=kind, v=PROTOCOL_VERSION, stream=stream), {}).sender
    return "writer" if sender == streams.writer_of(stream) else "reader"


def test_every_verdict_and_every_refusal_is_told_of() -> None:
    assert {cells[-1] for cells in table(TEXT, "what comes")} == set(Verdict)
    codes = {Rejected.code, *(refusal.code for refusal in Rejected.__subclasses__())}
    assert {code for code, _ in table(TEXT, "code")} == codes


def test_every_question_and_answer_is_told_of() -> None:
    found = schemas.schemas()
    said = {
        name: {found[one["$ref"].rpartition("/")[2]]["properties"]["about"]["enum"][0] for one in found[name]["anyOf"]}
        for name in ("Question", "Answer")
    }
    rows = table(TEXT, "question (`about`)")
    assert {_about(question) for question, _, _ in rows} == said["Question"]
    assert {_about(answer) for _, answer, _ in rows} - {"lines"} == said["Answer"]


def _about(cell: str) -> str:
    return next(re.finditer(r"[a-z]+", cell)).group()


def test_the_parties_go_by_these_names_on_a_broker() -> None:
    named = {cells[0].partition(" ")[0]: cells[1:] for cells in table(TEXT, "")}
    assert named["exchange"] == [exchange_name(streams.HUB), exchange_name("futian")]
    assert named["queue"] == [queue_name(streams.HUB, "futian"), queue_name("futian")]
    assert named["account"][1] == account_name("futian")


def test_the_queues_have_the_bounds_that_are_told() -> None:
    rows = {name: (quantity(messages), quantity(size), then) for name, messages, size, then in table(TEXT, "queues")}
    policies = {policy["name"]: policy["definition"] for policy in definitions([])["policies"]}
    assert rows == {
        name: (bounds["max-length"], bounds["max-length-bytes"], bounds["overflow"]) for name, bounds in policies.items()
    }


def example() -> dict[str, Any]:
    """The example of what is hashed, worked out by the code."""
    names = ["organization.recorded.v1", "registration.recorded.v1", "signing_key.added.v1"]
    lines = [golden.file_of(name).read_bytes().rstrip(b"\n") for name in names]
    beginning = batch.genesis("futian/up", 1)
    facts = [read_fact(envelope.decode(line)) for line in lines]
    buckets = [Record(fact.record.kind, fact.key).bucket for fact in facts]
    sums = [BucketSum(fact.record.kind, bucket, 1, 0, fact.hash.hex()) for fact, bucket in zip(facts, buckets, strict=True)]
    return {
        "stream": "futian/up",
        "epoch": 1,
        "lines": names,
        "chain": [hash_.hex() for hash_ in [beginning, *batch.chain_all(beginning, lines)]],
        "states": [fact.hash.hex() for fact in facts],
        "buckets": buckets,
        "root": root_of(sums),
    }


def test_the_example_of_what_is_hashed_is_right() -> None:
    [block] = re.findall(r"```json\n(.*?)```", TEXT, re.S)
    assert json.loads(block) == example()
