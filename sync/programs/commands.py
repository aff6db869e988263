"""Which commands do both programs have?

A side describes its program once; its own commands stand beside these. Every refusal that the program knows becomes a
sentence and exit code 1; anything else is a fault of ours and stays a traceback.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import rich_click as click
import structlog
from click.shell_completion import get_completion_class
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DatabaseError, OperationalError, ProgrammingError
from sqlalchemy.orm import Session, sessionmaker

from sync.databases import postgresql, sqlite
from sync.databases.migrating import Migrations
from sync.errors import SyncError
from sync.keys.key_files import KeyFiles
from sync.keys.rotating import Agreement, Rotation
from sync.lanes import WHOLE, Share, read_share
from sync.mailbox import incarnation
from sync.mailbox.inbox import Inbox
from sync.mailbox.incarnation import Found, Incarnation
from sync.mailbox.log import Log
from sync.mailbox.recovery import Recovery
from sync.messages import signing
from sync.messages.signing import KeyRing, Signer
from sync.programs import logs
from sync.running import heartbeat
from sync.running.errands import Errand
from sync.running.upkeep import Tidy
from sync.settings import WireSettings

_journal = structlog.get_logger(__name__)

_SHARE = click.Option(
    ["--share"],
    type=read_share,
    default="1/1",
    show_default=True,
    metavar="N/OF",
    help="Which share of the districts this process serves, where several run: 1/3, 2/3 and 3/3, all of them on one machine.",
)


class ProgramSettings(Protocol):
    """What these commands read of a side's settings."""

    @property
    def database_url(self) -> str:
        """Where the side's database is."""

    @property
    def wire(self) -> WireSettings:
        """What its streams need."""


@dataclass(frozen=True)
class Participant:
    """A side in the streams: who it is (a district's code or `streams.HUB`), its tables, and whose keys it trusts.

    `tidy` is what it does once an hour, such as forgetting what was kept long enough; `errands` what it does all the time;
    `agreement` is how it comes to terms with the other side about its own key, where that can be exchanged.
    """

    party: str
    log: Log
    recovery: Recovery
    inbox: Inbox
    keys: KeyRing
    incarnation: Incarnation
    tidy: Tidy | None = None
    errands: tuple[Errand, ...] = ()
    agreement: Agreement | None = None


@dataclass(frozen=True)
class Program:
    """A side's program: its command's name, how it reads its settings, its tables and its refusals.

    `application` is what gunicorn is told to serve, such as `tenants.app:create_app()`; `participant` makes, of the settings
    and the sessions of the side's database, what takes part in the streams. `key_commands` are more about its own key. Where it
    `shares`, several processes may take part, each for a share of the districts.
    """

    name: str
    read_settings: Callable[[], ProgramSettings]
    migrations: Migrations
    refusals: tuple[type[Exception], ...]
    application: str
    participant: Callable[[Any, "sessionmaker[Session]"], Participant]
    key_commands: tuple[click.Command, ...] = ()
    shares: bool = False


@contextmanager
def engine_of(settings: ProgramSettings) -> Iterator[Engine]:
    """The side's database, without its web application."""
    engine = create_engine(settings.database_url, hide_parameters=True)
    sqlite.prepare(engine)
    postgresql.prepare(engine)
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def session_of(settings: ProgramSettings, log: Log) -> Iterator[Session]:
    """The side's database in one session, which gives what is announced its place in `log` when it commits."""
    with engine_of(settings) as engine:
        sessions = sessionmaker(engine)
        log.listen(sessions)
        with sessions() as session:
            yield session


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

    for make in (_database, _keys, _settings, _web, _sync, _incarnation, _health, _completion):
        main.add_command(make(program))
    return main


def _database(program: Program) -> click.Command:
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
        """Read every setting, report all that is missing or wrong, and print the rest without its secrets."""
        click.echo(program.read_settings())

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


def _sync(program: Program) -> click.Command:
    @click.command()
    def sync(share: Share = WHOLE) -> None:
        """Take part in the streams: send what was said here, receive what the other side says. Ends on Ctrl-C or SIGTERM."""
        # Only here: the libraries of the bus are a third of what every other command would take to start.
        from sync.running import counting, service  # noqa: PLC0415

        logs.configure()
        settings = program.read_settings()
        stop = threading.Event()
        for signum in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signum, lambda *_: stop.set())
        with engine_of(settings) as engine, counting.shown(settings.wire.metrics_bind):
            sessions = sessionmaker(engine)
            participant = program.participant(settings, sessions)
            participant.log.listen(sessions)
            _begin(program, participant, settings, engine, sessions)
            signer = Signer(settings.wire.signing_key)
            service.run(
                party=participant.party,
                sessions=sessions,
                log=participant.log,
                recovery=participant.recovery,
                inbox=participant.inbox,
                keys=participant.keys,
                signer=signer,
                bus_url=settings.wire.bus_url,
                beacon_seconds=settings.wire.beacon_seconds,
                stop=stop,
                share=share,
                heartbeat=settings.wire.heartbeat_file,
                tidy=_forgetting(participant, settings),
                errands=participant.errands,
                rotation=_rotation(participant, settings, signer, sessions),
            )

    if program.shares:
        sync.params.append(_SHARE)
    return sync


def _begin(
    program: Program, participant: Participant, settings: ProgramSettings, engine: Engine, sessions: "sessionmaker[Session]"
) -> None:
    """Makes sure that this database may take part; raises `UnknownIncarnation`."""
    file = settings.wire.incarnation_file or incarnation.file_beside(engine)
    if file is None:
        _journal.warning("incarnation_unknown", remedy="Set BANYAN_INCARNATION_FILE, so that a copy is told from its original.")
    elif participant.incarnation.begin(sessions, file) is Found.OLDER:
        _journal.warning("database_put_back", remedy=f"Watch {program.name} status: what was lost is asked for.")


def _rotation(
    participant: Participant, settings: ProgramSettings, signer: Signer, sessions: "sessionmaker[Session]"
) -> Rotation | None:
    file = settings.wire.signing_key_file
    files = KeyFiles(file) if file else None
    agreement = participant.agreement
    return Rotation(signer, agreement, files=files, sessions=sessions) if agreement else None


def _forgetting(participant: Participant, settings: ProgramSettings) -> Tidy:
    """What a side lets go of once an hour: its own business, and what the streams need not keep."""

    def forget(session: Session) -> None:
        before = datetime.now(UTC) - timedelta(days=settings.wire.keep_days)
        participant.log.forget(session, before=before)
        participant.inbox.forget(session, before=before)
        if participant.tidy:
            participant.tidy(session)

    return forget


def _incarnation(program: Program) -> click.Command:
    @click.group("incarnation")
    def group() -> None:
        """Say what a database is that did not take part from here before: sync sends nothing until that is known."""

    @contextmanager
    def database() -> Iterator[tuple[Incarnation, Session, Path]]:
        settings = program.read_settings()
        with engine_of(settings) as engine:
            sessions = sessionmaker(engine)
            file = settings.wire.incarnation_file or incarnation.file_beside(engine)
            if file is None:
                raise click.ClickException(
                    "There is no list of incarnations. Set BANYAN_INCARNATION_FILE for sync and for this."
                )
            with sessions.begin() as session:
                yield program.participant(settings, sessions).incarnation, session, file

    @group.command()
    def restored() -> None:
        """Let this database go on for the one that took part last, of which it is a backup; that one must be off for good."""
        with database() as (known, session, file):
            known.declare_restored(session, file)
        click.echo(f"This database takes part from now on. Start it: {program.name} sync")

    @group.command("copy")
    def declare_copy() -> None:
        """Keep this database, a copy for a test or a look, from ever sending anything."""
        with database() as (known, session, _):
            known.declare_copy(session)
        click.echo("This database is a copy from now on, and takes no part.")

    return group


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
