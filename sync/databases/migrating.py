"""How does a side's database come to its newest form?

Alembic without an ini file: each side keeps its scripts inside its own package and is told from here what to run them on. Two
programs that start at the same moment wait for each other.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from alembic import command, context
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData

from sync.databases import sqlite
from sync.databases.turns import take_turn

_TURN = 0x62616E79616E


@dataclass(frozen=True)
class Migrations:
    """The scripts in `package` (such as `tenants.migrations`), and the tables that they lead to."""

    package: str
    metadata: MetaData

    @property
    def head(self) -> str | None:
        """The newest revision."""
        return ScriptDirectory.from_config(self._config()).get_current_head()

    def current(self, engine: Engine) -> str | None:
        """The revision that the database is at, or None where it is empty."""
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()

    def upgrade(self, engine: Engine, revision: str = "head") -> None:
        """Brings the database forward to `revision`, whole or not at all."""
        with self._alone(engine) as config:
            command.upgrade(config, revision)

    def downgrade(self, engine: Engine, revision: str) -> None:
        """Brings the database back to `revision`, whole or not at all."""
        with self._alone(engine) as config:
            command.downgrade(config, revision)

    def write(self, engine: Engine, message: str) -> None:
        """Writes a new script, numbered on from the last, from what the tables in code have and the database lacks."""
        number = int(self.head or 0) + 1
        with self._alone(engine) as config:
            command.revision(config, message, autogenerate=True, rev_id=f"{number:04d}")

    def differences(self, engine: Engine) -> list[Any]:
        """What the database lacks, or has too much, beside the tables in code; empty when they are equal."""
        with engine.connect() as connection:
            found = MigrationContext.configure(connection, opts={"compare_type": True})
            return list(compare_metadata(found, self.metadata))

    @contextmanager
    def _alone(self, engine: Engine) -> Iterator[Config]:
        # SQLite lays a table anew to change a column of it, while rows of others name its rows.
        with engine.connect() as connection, sqlite.foreign_keys_checked_at_the_end(connection), connection.begin():
            take_turn(connection, _TURN)
            yield self._config(connection)
            sqlite.check_foreign_keys(connection)

    def _config(self, connection: Connection | None = None) -> Config:
        config = Config()
        config.set_main_option("script_location", self.package.replace(".", ":", 1))
        config.set_main_option("path_separator", "os")
        config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
        config.attributes |= {"connection": connection, "metadata": self.metadata}
        return config


def run_scripts() -> None:
    """What each side's `env.py` calls: runs the scripts on the connection that a `Migrations` was given."""
    attributes = context.config.attributes
    context.configure(
        connection=attributes["connection"],
        target_metadata=attributes["metadata"],
        render_as_batch=True,
        compare_type=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()
