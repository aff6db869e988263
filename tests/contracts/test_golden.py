"""Does today's code read, write and hash each event as the code did that first sent it?"""

import pytest

from sync.contracts import CONTRACTS
from sync.mailbox.facts import read_fact
from sync.messages import envelope
from tests.contracts import golden


def test_every_event_is_kept() -> None:
    kept = {path.stem for path in golden.FOLDER.glob("*.v*.json")}
    assert kept == set(golden.STATES) == set(golden.kept_hashes()) == set(CONTRACTS)


@pytest.mark.parametrize("type", CONTRACTS)
def test_what_was_said_then_is_understood_now(type: str) -> None:
    fact = read_fact(envelope.decode(golden.file_of(type).read_bytes().rstrip(b"\n")))
    assert fact.data == golden.STATES[type]
    assert fact.hash.hex() == golden.kept_hashes()[type]


@pytest.mark.parametrize("type", CONTRACTS)
def test_the_same_state_is_said_in_the_same_bytes(type: str) -> None:
    assert envelope.encode(golden.event_of(type)) + b"\n" == golden.file_of(type).read_bytes()
