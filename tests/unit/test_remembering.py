"""Is a row that everybody asks for read seldom, and never taken for what it was before?"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from sync.databases.remembering import Remembered
from tests.support.waiting import eventually


class Model(DeclarativeBase):
    pass


class Door(Model):
    __tablename__ = "door"

    name: Mapped[str] = mapped_column(primary_key=True)
    opens: Mapped[bool]


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = database(tmp_path / "doors.db")
    yield made
    made.dispose()


@pytest.fixture
def doors() -> Remembered[Door]:
    return Remembered(Door)


def database(file: Path) -> Engine:
    made = create_engine(f"sqlite:///{file}")
    Model.metadata.create_all(made)
    with Session(made) as session, session.begin():
        session.add(Door(name="front", opens=True))
    return made


def front(doors: Remembered[Door], session: Session) -> Door:
    found = doors.get(session, "front", lambda: session.get(Door, "front"))
    assert found is not None
    return found


def test_it_is_read_once_and_is_no_session_s_own(engine: Engine, doors: Remembered[Door]) -> None:
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    for _ in range(3):
        with Session(engine) as session:
            door = front(doors, session)
            assert (door.name, door.opens) == ("front", True)
            assert door not in session
    assert len(asked) == 1


def test_what_this_process_changes_is_known_at_once(engine: Engine, doors: Remembered[Door]) -> None:
    with Session(engine) as session, session.begin():
        assert front(doors, session).opens
        session.get_one(Door, "front").opens = False
    with Session(engine) as session:
        assert not front(doors, session).opens


def test_what_another_changes_is_known_soon(engine: Engine, doors: Remembered[Door]) -> None:
    with Session(engine) as session:
        assert front(doors, session).opens
    with engine.begin() as another:
        another.execute(text("UPDATE door SET opens = false"))

    def opens() -> bool:
        with Session(engine) as session:
            return front(doors, session).opens

    eventually(opens, until=lambda seen: not seen, within=5)


def test_what_is_not_there_is_asked_for_again(engine: Engine, doors: Remembered[Door]) -> None:
    with Session(engine) as session:
        assert doors.get(session, "back", lambda: session.get(Door, "back")) is None
    with engine.begin() as another:
        another.execute(text("INSERT INTO door VALUES ('back', true)"))
    with Session(engine) as session:
        assert doors.get(session, "back", lambda: session.get(Door, "back")) is not None


def test_two_databases_are_not_mixed_up(engine: Engine, doors: Remembered[Door], tmp_path: Path) -> None:
    other = database(tmp_path / "other.db")
    with other.begin() as connection:
        connection.execute(text("UPDATE door SET opens = false"))
    with Session(engine) as here, Session(other) as there:
        assert (front(doors, here).opens, front(doors, there).opens) == (True, False)
    other.dispose()
