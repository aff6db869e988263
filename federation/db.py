"""Where does the hub keep what it knows?"""

from datetime import datetime
from enum import StrEnum

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Enum, MetaData
from sqlalchemy.orm import DeclarativeBase

from sync.databases import postgresql, sqlite
from sync.databases.columns import UtcDateTime


def _values(enumeration: type[StrEnum]) -> list[str]:
    return [member.value for member in enumeration]


class Model(DeclarativeBase):
    """The base of every table of the hub. Constraints are named, so that migrations can speak of them."""

    type_annotation_map = {  # noqa: RUF012 - the name and form that SQLAlchemy looks for
        datetime: UtcDateTime,
        # Text in the database: a new member of an enumeration then needs no migration.
        StrEnum: Enum(StrEnum, native_enum=False, length=20, values_callable=_values, create_constraint=False),
    }

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


# One for each thread that a web process has unless it is told otherwise.
_CONNECTIONS = 8

db = SQLAlchemy(metadata=Model.metadata, disable_autonaming=True)


def connect(app: Flask, database_url: str) -> None:
    """Gives `app` its database."""
    app.config["SQLALCHEMY_DATABASE_URI"] = database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {
        # Parameters may be personal data; a failure is logged without them.
        "hide_parameters": True,
        # Nobody waits for a new connection; whose server was asked last has everything at hand.
        "pool_size": _CONNECTIONS,
        "pool_use_lifo": True,
    }
    db.init_app(app)
    with app.app_context():
        sqlite.prepare(db.engine)
        postgresql.prepare(db.engine, keeps_plans=True)
