"""Does a writer come back from a loss with what its reader holds?"""

from sync.mailbox.asking import Parting, WhatFollows
from sync.messages.beacon import Position, Verdict
from tests.support.sides import Side
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
