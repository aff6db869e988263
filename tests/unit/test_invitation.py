"""Does an invitation survive being pasted, and does a broken one say so?"""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.joining.invitation import Invitation, InvitationUnreadable, read_invitation, write_invitation

INVITATION = Invitation(
    hub_url="https://hub.example",
    hub_key_id="thumbprint",
    district="nanshan",
    secret="a secret of the two",
    expires_at=datetime(2026, 3, 14, 9, 0, tzinfo=UTC),
)
LINE = write_invitation(INVITATION)


@pytest.mark.parametrize("pasted", [LINE, f"  {LINE}\r\n", f"{LINE[:70]}\n{LINE[70:]}"])
def test_what_was_written_is_read(pasted: str) -> None:
    assert read_invitation(pasted) == INVITATION


def test_it_is_one_line_that_no_shell_minds() -> None:
    assert all(letter.isalnum() or letter in "-_.=" for letter in LINE)


@given(cut=st.integers(0, len(LINE) - 1))
def test_a_part_of_one_is_refused(cut: int) -> None:
    with pytest.raises(InvitationUnreadable):
        read_invitation(LINE[:cut])


@given(place=st.integers(0, len(LINE.rstrip("=")) - 2), letter=st.characters())
def test_a_wrong_letter_is_noticed(place: int, letter: str) -> None:
    changed = LINE[:place] + letter + LINE[place + 1 :]
    try:
        assert read_invitation(changed) == INVITATION
    except InvitationUnreadable:
        assert changed != LINE


@given(text=st.text())
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(InvitationUnreadable):
        read_invitation(text)


def test_its_secret_is_not_shown() -> None:
    assert INVITATION.secret not in repr(INVITATION)
