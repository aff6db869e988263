"""Is there a key in use wherever a program is killed while it exchanges the one for the other?"""

import os
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import OKPKey
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker
from structlog.testing import capture_logs

from sync.keys.key_files import KeyFiles, KeyFixed
from sync.keys.rotating import EVERY_SECONDS, GRACE, Agreed, Rotation
from sync.messages import signing
from sync.messages.signing import Signer

AT = datetime(2026, 3, 7, 9, 0, tzinfo=UTC)
# How often a whole rotation calls the operating system for its files.
CALLS = 12


class Killed(BaseException):
    """The program has ended without another word."""


@pytest.fixture
def first() -> OKPKey:
    return signing.generate_key()


@pytest.fixture
def file(tmp_path: Path, first: OKPKey) -> Path:
    path = tmp_path / "signing-key.jwk"
    path.write_bytes(signing.private_jwk(first))
    return path


class OtherSide:
    """It takes every key that it was told of, from the next time on that it is asked."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.ended: set[str] = set()

    def state(self, _session: Session, key: OKPKey, next_key: OKPKey | None, *, at: datetime) -> Agreed:
        if next_key is None:
            return Agreed.ENDED if key.thumbprint() in self.ended else Agreed.SETTLED
        return Agreed.TAKEN if next_key.thumbprint() in self.told else Agreed.UNTOLD

    def announce(self, _session: Session, key: OKPKey, next_key: OKPKey | None) -> None:
        self.told.append((next_key or key).thumbprint())


class Program:
    """A side's program, as often as it starts; its clocks go on by themselves."""

    def __init__(self, file: Path, other: OtherSide, at: datetime = AT) -> None:
        self.files = KeyFiles(file)
        key = self.files.current_key()
        assert key is not None
        self.signer = Signer(key)
        self.at = at
        self._seconds = 0.0
        sessions = sessionmaker(create_engine("sqlite://"))
        self._rotation = Rotation(
            self.signer, other, files=self.files, sessions=sessions, now=lambda: self.at, clock=lambda: self._seconds
        )

    def go_on(self, rounds: int = 4) -> None:
        for _ in range(rounds):
            self._seconds += EVERY_SECONDS
            self._rotation.step()


def test_a_key_follows_when_the_other_side_takes_it(file: Path, first: OKPKey) -> None:
    program = Program(file, OtherSide())
    following = program.files.write_next()
    program.go_on(rounds=1)
    assert program.signer.key.thumbprint() == first.thumbprint()
    program.go_on()
    held = {path.name for path in file.parent.iterdir()}
    assert program.signer.key.thumbprint() == following.thumbprint() == signing.read_key(file.read_bytes()).thumbprint()
    assert held == {"signing-key.jwk", "signing-key.jwk.old"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in [file]} == {0o600}


def test_the_old_key_is_removed_when_nothing_that_it_signed_is_on_its_way(file: Path) -> None:
    program = Program(file, OtherSide())
    program.files.write_next()
    program.go_on()
    assert program.files.exchanged_at() == AT
    program.at = AT + GRACE
    program.go_on()
    assert program.files.exchanged_at() == AT
    program.at = AT + GRACE + timedelta(seconds=1)
    program.go_on()
    assert program.files.exchanged_at() is None
    assert [path.name for path in file.parent.iterdir()] == ["signing-key.jwk"]


def killing(monkeypatch: pytest.MonkeyPatch, number: int) -> list[str]:
    """Ends the program at that call of the operating system; gives the calls so far."""
    calls: list[str] = []

    def watched(name: str) -> Callable[..., Any]:
        real = getattr(os, name)

        def call(*arguments: Any, **named: Any) -> Any:
            calls.append(name)
            if len(calls) == number:
                raise Killed
            return real(*arguments, **named)

        return call

    for name in ("open", "fsync", "link", "unlink", "utime", "replace"):
        monkeypatch.setattr(os, name, watched(name))
    return calls


def rotate(file: Path, other: OtherSide) -> None:
    """What happens between the operator's word and the new key, in one program or in several that were killed."""
    program = Program(file, other)
    if not other.told:
        program.files.write_next()
    program.go_on()


@pytest.mark.parametrize("number", range(1, CALLS + 1))
def test_wherever_it_is_killed_the_next_start_goes_on(
    file: Path, first: OKPKey, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    other = OtherSide()
    with monkeypatch.context() as patch:
        killing(patch, number)
        with pytest.raises(Killed):
            rotate(file, other)
    in_use = signing.read_key(file.read_bytes()).thumbprint()
    assert in_use in {first.thumbprint(), *other.told}
    rotate(file, other)
    assert [signing.read_key(file.read_bytes()).thumbprint()] == other.told
    assert {path.name for path in file.parent.iterdir()} == {"signing-key.jwk", "signing-key.jwk.old"}
    assert signing.read_key(Path(f"{file}.old").read_bytes()).thumbprint() == first.thumbprint()


def test_every_call_of_a_rotation_was_one_to_be_killed_at(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        calls = killing(patch, number=0)
        rotate(file, OtherSide())
    assert len(calls) == CALLS


def test_a_rotation_that_is_under_way_keeps_its_key(file: Path) -> None:
    files = KeyFiles(file)
    assert files.write_next().thumbprint() == files.write_next().thumbprint()


def test_what_is_no_key_is_neither_taken_nor_overwritten(file: Path, first: OKPKey) -> None:
    beside = Path(f"{file}.next")
    beside.write_text("mine")
    program = Program(file, OtherSide())
    with pytest.raises(KeyFixed, match="remove it"):
        program.files.write_next()
    program.go_on()
    assert (beside.read_text(), program.signer.key.thumbprint()) == ("mine", first.thumbprint())


def test_a_public_key_does_not_follow(file: Path, first: OKPKey) -> None:
    Path(f"{file}.next").write_bytes(signing.public_jwk(signing.generate_key()))
    program = Program(file, OtherSide())
    program.go_on()
    assert program.signer.key.thumbprint() == first.thumbprint()


def test_a_file_that_nothing_can_be_put_in_place_of_is_found_out_before_anything_is_said(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object, **_named: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    with monkeypatch.context() as patch:
        # As where the file was mounted by itself, and its folder was not.
        patch.setattr(os, "link", refuse)
        with pytest.raises(KeyFixed, match="mount that folder"):
            KeyFiles(file).write_next()
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_a_key_that_an_operator_puts_there_is_used_at_once(file: Path) -> None:
    program = Program(file, OtherSide())
    another = signing.generate_key()
    file.write_bytes(b"half of a k")
    program.go_on()
    file.write_bytes(signing.private_jwk(another))
    program.go_on()
    assert program.signer.key.thumbprint() == another.thumbprint()


def test_a_key_that_counts_no_more_is_told_of_once(file: Path, first: OKPKey) -> None:
    other = OtherSide()
    other.ended.add(first.thumbprint())
    with capture_logs() as logs:
        Program(file, other).go_on()
    assert [(entry["event"], entry["key_id"]) for entry in logs] == [("signing_key_ended", first.thumbprint())]
