"""Is a database that was put back told from a copy, and both from the one that took part last?"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from sync.mailbox.incarnation import Found, Incarnation, IncarnationColumns, UnknownIncarnation


class Model(DeclarativeBase):
    """What a side keeps."""


class Marker(IncarnationColumns, Model):
    __tablename__ = "incarnation"


INCARNATION = Incarnation(Marker)


@pytest.fixture
def sessions(database_url: str) -> Iterator["sessionmaker[Session]"]:
    engine = create_engine(database_url)
    Model.metadata.create_all(engine)
    yield sessionmaker(engine)
    engine.dispose()


@pytest.fixture
def begin(sessions: "sessionmaker[Session]", tmp_path: Path) -> Callable[..., Found]:
    """Starts the streams on this machine, or on another."""
    return lambda machine="here": INCARNATION.begin(sessions, tmp_path / machine)


def marker(sessions: "sessionmaker[Session]") -> str:
    with sessions() as session:
        return session.scalars(select(Marker.marker)).one()


def put_back(sessions: "sessionmaker[Session]", older: str) -> None:
    with sessions.begin() as session:
        session.scalars(select(Marker)).one().marker = older


def test_a_database_is_the_same_from_start_to_start(begin: Callable[..., Found]) -> None:
    assert [begin(), begin(), begin()] == [Found.NEW, Found.SAME, Found.SAME]


def test_a_start_that_died_between_file_and_database_is_no_other_database(
    begin: Callable[..., Found], sessions: "sessionmaker[Session]"
) -> None:
    begin()
    before = marker(sessions)
    begin()
    put_back(sessions, before)
    assert begin() is Found.SAME


def test_an_older_state_is_known_as_such(begin: Callable[..., Found], sessions: "sessionmaker[Session]") -> None:
    begin()
    older = marker(sessions)
    begin()
    begin()
    put_back(sessions, older)
    assert [begin(), begin()] == [Found.OLDER, Found.SAME]


def test_a_database_from_elsewhere_does_not_take_part(begin: Callable[..., Found]) -> None:
    begin()
    for _ in range(2):
        with pytest.raises(UnknownIncarnation, match="may be a copy"):
            begin("elsewhere")
    assert begin() is Found.SAME


def test_an_operator_lets_it_go_on(begin: Callable[..., Found], sessions: "sessionmaker[Session]", tmp_path: Path) -> None:
    begin()
    with sessions.begin() as session:
        INCARNATION.declare_restored(session, tmp_path / "elsewhere")
    assert [begin("elsewhere"), begin("elsewhere")] == [Found.OLDER, Found.SAME]


def test_an_operator_declares_it_a_copy(begin: Callable[..., Found], sessions: "sessionmaker[Session]", tmp_path: Path) -> None:
    begin()
    with sessions.begin() as session:
        INCARNATION.declare_copy(session)
    with pytest.raises(UnknownIncarnation, match="declared a copy"):
        begin()
    with sessions.begin() as session:
        INCARNATION.declare_restored(session, tmp_path / "here")
    assert begin() is Found.OLDER
