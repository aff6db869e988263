"""By which commands are a database's tables brought to the form that this version needs?"""

import rich_click as click

from sync.programs.database import engine_of
from sync.programs.program import Program


def database_commands(program: Program) -> click.Command:
    """The group `db`."""
    migrations = program.migrations

    @click.group("db")
    def database() -> None:
        """Bring the database's tables to the form that this version needs."""

    @database.command()
    def upgrade() -> None:
        """Create or update the tables. Safe to repeat, and safe when two programs start at once."""
        with engine_of(program.read_settings()) as engine:
            before = migrations.current(engine)
            migrations.upgrade(engine)
        click.echo(f"The database is at {migrations.head}." if before == migrations.head else f"Upgraded to {migrations.head}.")

    @database.command()
    def current() -> None:
        """Show which form the tables have."""
        with engine_of(program.read_settings()) as engine:
            click.echo(migrations.current(engine) or "empty")

    @database.command()
    def check() -> None:
        """Compare the tables with what this version needs; exit code 1 where they differ."""
        with engine_of(program.read_settings()) as engine:
            current = migrations.current(engine)
            if current != migrations.head:
                raise click.ClickException(f"The database is at {current}. Run: {program.name} db upgrade")
            differences = migrations.differences(engine)
        if differences:
            raise click.ClickException("\n".join(["The tables differ from what this version needs:", *map(str, differences)]))
        click.echo(f"The database is at {current} and has the tables that this version needs.")

    return database
