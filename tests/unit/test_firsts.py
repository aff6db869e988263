"""Is of each key one row the first, and no other?"""

from pathlib import Path

from sqlalchemy import create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from sync.databases.firsts import write_first


class Model(DeclarativeBase):
    pass


class Ticket(Model):
    __tablename__ = "ticket"

    number: Mapped[int] = mapped_column(primary_key=True)
    holder: Mapped[str]


def test_on_sqlite(tmp_path: Path) -> None:
    check(f"sqlite:///{tmp_path / 'tickets.db'}")


def test_on_postgresql(postgresql_url: str) -> None:
    check(postgresql_url)


def check(url: str) -> None:
    engine = create_engine(url)
    Model.metadata.create_all(engine)
    with Session(engine) as session, session.begin():
        given = [write_first(session, Ticket, {"number": number, "holder": holder}) for number, holder in TAKERS]
        assert given == [True, False, True]
        assert session.scalars(select(Ticket.holder).order_by(Ticket.number)).all() == ["Chen", "Li"]
    engine.dispose()


TAKERS = [(1, "Chen"), (1, "Wang"), (2, "Li")]
