"""Do new and changed rows of several tables reach the database together, whole or not at all?"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, ForeignKey, create_engine, event, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from sync.databases.together import write_together


class Model(DeclarativeBase):
    pass


class House(Model):
    __tablename__ = "house"

    street: Mapped[str] = mapped_column(primary_key=True)
    storeys: Mapped[int | None]


class Door(Model):
    __tablename__ = "door"

    number: Mapped[int] = mapped_column(primary_key=True)
    street: Mapped[str] = mapped_column(ForeignKey(House.street))


@pytest.fixture
def on_postgresql(postgresql_url: str) -> Iterator[Engine]:
    engine = create_engine(postgresql_url)
    Model.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Iterator[Engine]:
    engine = create_engine(f"sqlite:///{tmp_path / 'town.db'}")
    Model.metadata.create_all(engine)
    yield engine
    engine.dispose()


def build(session: Session) -> None:
    session.add_all([House(street="Long Lane"), Door(street="Long Lane"), Door(street="Long Lane")])
    write_together(session, House, Door)


def doors(engine: Engine) -> list[tuple[int, str]]:
    with Session(engine) as session:
        return [(number, street) for number, street in session.execute(select(Door.number, Door.street).order_by(Door.number))]


def test_one_trip_takes_rows_that_name_each_other(on_postgresql: Engine) -> None:
    asked: list[str] = []
    event.listen(on_postgresql, "before_cursor_execute", lambda *told: asked.append(told[2]))
    with Session(on_postgresql) as session, session.begin():
        build(session)
    assert len(asked) == 1
    assert doors(on_postgresql) == [(1, "Long Lane"), (2, "Long Lane")]


def test_where_one_does_not_fit_none_is_written(on_postgresql: Engine) -> None:
    with Session(on_postgresql) as session:
        session.add_all([House(street="Long Lane"), Door(street="Short Street")])
        with pytest.raises(IntegrityError):
            write_together(session, House, Door)
        session.rollback()
        assert session.scalars(select(House)).all() == []


def test_what_has_changed_goes_along(on_postgresql: Engine) -> None:
    with Session(on_postgresql) as session, session.begin():
        session.add_all([House(street="Long Lane", storeys=1), House(street="Short Street", storeys=2)])
    asked: list[str] = []
    with Session(on_postgresql) as session, session.begin():
        lane, street = session.scalars(select(House).order_by(House.street))
        event.listen(on_postgresql, "before_cursor_execute", lambda *told: asked.append(told[2]))
        lane.storeys, street.storeys = None, 2
        session.add(Door(street="Long Lane"))
        write_together(session, House, Door)
    assert len(asked) == 1
    with Session(on_postgresql) as session:
        houses = session.execute(select(House.street, House.storeys).order_by(House.street)).all()
    assert houses == [("Long Lane", None), ("Short Street", 2)]
    assert doors(on_postgresql) == [(1, "Long Lane")]


def test_other_rows_wait_for_the_session(on_postgresql: Engine) -> None:
    with Session(on_postgresql) as session, session.begin():
        session.add_all([House(street="Long Lane"), Door(street="Long Lane")])
        write_together(session, House)
        assert [type(row) for row in session.new] == [Door]
    assert doors(on_postgresql) == [(1, "Long Lane")]


def test_on_sqlite_the_session_writes_them(on_sqlite: Engine) -> None:
    with Session(on_sqlite) as session, session.begin():
        build(session)
    assert doors(on_sqlite) == [(1, "Long Lane"), (2, "Long Lane")]
