"""Does a writer come back from a loss with what its reader holds?"""

from contextlib import closing
from pathlib import Path

import pytest

from sync.mailbox.asking import Lines, Parting, WhatFollows
from sync.messages import batch
from sync.messages.beacon import Position, Verdict
from tests.support.sides import RestoredFact, Ring, Side, announce, open_side
from tests.unit.conftest import FUTIAN_UP


def test_an_answer_from_before_it_was_put_back_does_not_mislead_a_writer(futian: Side) -> None:
    # It asked with other hashes then, of which only the beginning fitted what the reader holds.
    futian.announce(2)
    with futian.sessions.begin() as session:
        hashes = futian.log.hashes(session, FUTIAN_UP, epoch=1, sequences=[0, 1, 2])
        futian.recovery.hear(session, Position(stream=FUTIAN_UP, epoch=1, sequence=5, hash="ab" * 32, verdict=Verdict.APPLIED))
        # The answer ends where the two parted then; both are of one mind about that event now.
        for told in ([0, 1], [0, 1, 2]):
            fitting = {sequence: hashes[sequence].hex() for sequence in told}
            answer = Parting(stream=FUTIAN_UP, epoch=1, hashes=fitting, held_epoch=1, held_sequence=5, fence=1)
            futian.recovery.take(session, answer)
        question = futian.recovery.question(session, futian.log.heads(session)[0])
    assert question == WhatFollows(stream=FUTIAN_UP, epoch=1, after=2)


@pytest.mark.parametrize(
    "hashes", [None, {0: batch.genesis(FUTIAN_UP, 1).hex(), 1: "ab" * 32}], ids=["nothing", "another branch"]
)
def test_of_a_reader_in_a_newer_epoch_what_was_changed_more_often_counts(
    futian: Side, tmp_path: Path, hashes: dict[int, str] | None
) -> None:
    """Whatever the reader holds of the epoch in which this side is."""
    # What it was before it was put back, of which the reader has the second epoch alone.
    with closing(open_side(f"sqlite:///{tmp_path / 'before.db'}", "futian", ring=Ring(), writes=[FUTIAN_UP])) as before:
        with before.sessions.begin() as session:
            before.log.open_epoch(session, FUTIAN_UP, 2)
            for key, version in {"as often": 2, "more often there": 3, "only there": 1}.items():
                announce(before.log, session, FUTIAN_UP, key, version=version, activity="there")
        with before.sessions() as session:
            told = before.log.read(session, FUTIAN_UP, epoch=2, after=0)
    assert told is not None
    with futian.sessions.begin() as session:
        for key in ("as often", "more often there"):
            announce(futian.log, session, FUTIAN_UP, key, version=2, activity="here")
    with futian.sessions.begin() as session:
        held = Position(stream=FUTIAN_UP, epoch=2, sequence=3, hash=told.hash.hex(), verdict=Verdict.APPLIED, fence=1)
        futian.recovery.hear(session, held)
        parting = Parting(stream=FUTIAN_UP, epoch=1, hashes=hashes, held_epoch=2, held_sequence=3, fence=1)
        futian.recovery.take(session, parting)
        futian.recovery.take(
            session, Lines(stream=FUTIAN_UP, epoch=2, after=0, held=3, fence=1, lines=batch.unpack_lines(told.body))
        )
    assert {fact.key for fact in futian.rows(RestoredFact)} == {"more often there", "only there"}
    assert futian.head().epoch == 3
