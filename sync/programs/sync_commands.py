"""By which commands does a side take part in the streams?"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import rich_click as click
import structlog
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from sync.keys.key_files import KeyFiles
from sync.keys.rotating import Rotation
from sync.lanes import WHOLE, Share, read_share
from sync.mailbox import incarnation
from sync.mailbox.incarnation import Found, Incarnation
from sync.messages.signing import Signer
from sync.programs import logs
from sync.programs.database import engine_of
from sync.programs.program import Participant, Program, ProgramSettings
from sync.running.upkeep import Tidy

_journal = structlog.get_logger(__name__)

_SHARE = click.Option(
    ["--share"],
    type=read_share,
    default="1/1",
    show_default=True,
    metavar="N/OF",
    help="Which share of the districts this process serves, where several run: 1/3, 2/3 and 3/3, all of them on one machine.",
)


def sync_command(program: Program) -> click.Command:
    """The command that goes on until it is ended."""

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


def incarnation_commands(program: Program) -> click.Command:
    """The group `incarnation`."""

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
