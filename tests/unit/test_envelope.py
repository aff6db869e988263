"""Does an event come out of its line as it went in?"""

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync import uuids
from sync.errors import Undecodable
from sync.mailbox.facts import read_fact
from sync.messages import envelope
from tests.support.sides import AT, state


def event(subject: str = "e1", data: msgspec.Raw | None = None, **changes: object) -> envelope.Event:
    plain = envelope.Event(
        id=str(uuids.new_uuid()),
        source="/districts/futian",
        type="hours.certified.v1",
        subject=subject,
        time=AT,
        sequence=1,
        recordepoch=1,
        recordversion=1,
        data=data or envelope.encode_data(state("e1")),
    )
    return msgspec.structs.replace(plain, **changes)


NAMES = st.text(
    st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=envelope.MAX_NAME_LENGTH
)


@given(subject=NAMES, words=st.text(), at=st.datetimes(timezones=st.just(UTC)))
def test_an_event_is_one_line_and_comes_back_whole(subject: str, words: str, at: datetime) -> None:
    sent = event(subject, envelope.encode_data(state(words, activity=words)), time=at)
    line = envelope.encode(sent)
    assert b"\n" not in line
    received = envelope.decode(line)
    assert (received.subject, received.time, bytes(received.data)) == (subject, at, bytes(sent.data))


@given(st.binary())
def test_bytes_that_are_no_event_are_refused_in_one_way(line: bytes) -> None:
    with pytest.raises(Undecodable):
        envelope.decode(line)


def test_another_version_of_cloudevents_is_refused() -> None:
    with pytest.raises(Undecodable, match=r"2\.0"):
        envelope.decode(envelope.encode(event(specversion="2.0")))


def test_data_that_is_no_text_cannot_be_read() -> None:
    sent = envelope.encode(event(data=envelope.encode_data(state("e1", activity="visit"))))
    with pytest.raises(Undecodable):
        read_fact(envelope.decode(sent.replace(b'"visit"', b'"vi\xff"')))


@pytest.mark.parametrize("name", ["", "x" * (envelope.MAX_NAME_LENGTH + 1), "with a null\0character"])
@pytest.mark.parametrize("attribute", ["type", "subject"])
def test_a_name_that_no_database_could_keep_is_refused(attribute: str, name: str) -> None:
    with pytest.raises(Undecodable):
        envelope.decode(envelope.encode(msgspec.structs.replace(event(), **{attribute: name})))


def test_a_moment_without_an_offset_is_refused() -> None:
    with pytest.raises(Undecodable):
        envelope.decode(envelope.encode(event(time=AT.replace(tzinfo=None))))
