"""Which commands do both programs have?

A side describes its program once; its own commands stand beside these. Every refusal that the program knows becomes a
sentence and exit code 1; anything else is a fault of ours and stays a traceback.
"""

import os
import sys
from pathlib import Path
from typing import Any

import rich_click as click
from click.shell_completion import get_completion_class
from sqlalchemy.exc import DatabaseError, OperationalError, ProgrammingError

from sync.errors import SyncError
from sync.messages import signing
from sync.programs.database_commands import database_commands
from sync.programs.printing import show
from sync.programs.program import Program
from sync.programs.settings_table import settings_table
from sync.programs.sync_commands import incarnation_commands, sync_command
from sync.running import heartbeat


def command_group(program: Program, purpose: str) -> click.RichGroup:
    """The program's group of commands with those that both programs have; `purpose` is the help's first text."""
    refusals: tuple[type[Exception], ...] = (*program.refusals, SyncError)

    class WithSentences(click.RichGroup):
        def invoke(self, context: click.Context) -> Any:
            try:
                return super().invoke(context)
            except refusals as refusal:
                raise click.ClickException(str(refusal)) from None
            except (OperationalError, ProgrammingError) as failure:
                # The driver's own words, without the statement: its parameters may be personal data.
                raise click.ClickException(
                    f"The database cannot do this: {failure.orig}. Is it running, and did {program.name} db upgrade run?"
                ) from None
            except DatabaseError as failure:
                # By itself SQLite's word for a file that is damaged; whatever is derived from it is a fault of ours.
                if type(failure) is not DatabaseError:
                    raise
                raise click.ClickException(f"The database cannot be read: {failure.orig}. Put back a backup of it.") from None

    @click.group(program.name, cls=WithSentences, help=purpose, context_settings={"help_option_names": ["-h", "--help"]})
    @click.version_option(package_name="banyan", prog_name=program.name)
    def main() -> None:
        pass

    for make in (database_commands, _keys, _settings, _web, sync_command, incarnation_commands, _health, _completion):
        main.add_command(make(program))
    return main


def _keys(program: Program) -> click.Command:
    @click.group()
    def keys() -> None:
        """Make and show the key that signs what this side says, and look after the others."""

    @keys.command()
    @click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
    def create(file: Path) -> None:
        """Write a new private key to FILE, readable for you alone, and print its public half."""
        key = signing.generate_key()
        try:
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise click.ClickException(f"{file} exists. A key is never overwritten: choose another name.") from None
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(signing.private_jwk(key))
        click.echo(signing.public_jwk(key))

    @keys.command()
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    def show(file: Path) -> None:
        """Print the public half of the private key in FILE, to give to the other side."""
        click.echo(signing.public_jwk(signing.read_key(file.read_bytes())))

    for command in program.key_commands:
        keys.add_command(command)
    return keys


def _settings(program: Program) -> click.Command:
    @click.group()
    def settings() -> None:
        """Look at what this program was told through its environment."""

    @settings.command("check")
    def check() -> None:
        """Read every setting, report all that is missing or wrong, and print the rest; of a secret only whether it is set."""
        show(settings_table(program.read_settings()))

    return settings


def _web(program: Program) -> click.Command:
    @click.command()
    @click.option("--bind", default="127.0.0.1:8000", show_default=True, help="Address and port to listen on.")
    @click.option("--workers", default=1, show_default=True, type=click.IntRange(1), help="Processes.")
    @click.option("--threads", default=8, show_default=True, type=click.IntRange(1), help="Threads in each process.")
    def web(bind: str, workers: int, threads: int) -> None:
        """Serve the pages and the API with gunicorn."""
        program.read_settings()
        # Its control socket would be the same file for every program of one user.
        served = ["--config", "python:sync.programs.serving", "--bind", bind, "--no-control-socket"]
        arguments = [*served, "--workers", str(workers), "--threads", str(threads), "--worker-class", "gthread"]
        os.execv(sys.executable, [sys.executable, "-m", "gunicorn", *arguments, program.application])  # noqa: S606 - meant

    return web


def _health(program: Program) -> click.Command:
    @click.command()
    def health() -> None:
        """Say whether `sync` is at work: exit code 1 where its heartbeat file was not touched for a minute."""
        path = program.read_settings().wire.heartbeat_file
        if path is None:
            raise click.ClickException("There is no heartbeat to look at. Set BANYAN_HEARTBEAT_FILE for sync and for health.")
        if not heartbeat.is_fresh(path):
            raise click.ClickException(f"{program.name} sync has not gone round for {heartbeat.FRESH_SECONDS:.0f} seconds.")
        click.echo(f"{program.name} sync is at work.")

    return health


def _completion(program: Program) -> click.Command:
    @click.command()
    @click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
    @click.pass_context
    def completion(context: click.Context, shell: str) -> None:
        """Print what makes SHELL complete this program's commands; add it to the shell's start-up file."""
        variable = f"_{program.name.replace('-', '_').upper()}_COMPLETE"
        completer = get_completion_class(shell)
        if completer is not None:
            click.echo(completer(context.find_root().command, {}, program.name, variable).source())

    return completion
