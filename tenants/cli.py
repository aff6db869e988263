"""What can a district's operator tell the program to do?"""

import json
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime

import rich_click as click
from rich.table import Table
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from sync.addresses import leads_to_gateway
from sync.messages.signing import Signer
from sync.programs.commands import command_group
from sync.programs.database import engine_of
from sync.programs.field_keys import field_group
from sync.programs.printing import show
from sync.programs.program import Participant, Program
from sync.programs.terminal import cell, held_tables, plain, tables
from sync.settings import web_address
from tenants import asking, mailbox
from tenants.errors import DistrictError
from tenants.hours.totals import district_totals
from tenants.imports.commands import import_group
from tenants.imports.uploads.forgetting import forget_old_uploads
from tenants.joining.commands import join_command, rotate_command
from tenants.joining.rotating import KeyAgreement
from tenants.migrations import MIGRATIONS
from tenants.operating import district
from tenants.organizations.arranging import found_district
from tenants.organizations.commands import organization_group
from tenants.proof import proof
from tenants.registrations.commands import STOCKS, token_group
from tenants.settings import Settings, read_settings
from tenants.sso import commands as sign_in_commands
from tenants.sso import security_events
from tenants.sso.setting_up import set_up
from tenants.staff.commands import staff_group


def _participant(settings: Settings, _sessions: object) -> Participant:
    return Participant(
        party=settings.district,
        log=mailbox.log,
        recovery=mailbox.recovery,
        inbox=mailbox.inbox,
        keys=lambda _session: mailbox.HubKey(settings.hub_key),
        incarnation=mailbox.incarnation,
        tidy=lambda session: _tidy(session, settings),
        agreement=KeyAgreement(settings.district),
    )


def _tidy(session: Session, settings: Settings) -> None:
    at = datetime.now(UTC)
    forget_old_uploads(session, at=at)
    security_events.forget(session, days=settings.security_days, at=at)


PROGRAM = Program(
    name="banyan-district",
    read_settings=read_settings,
    migrations=MIGRATIONS,
    refusals=(DistrictError,),
    application="tenants.app:create_app()",
    participant=_participant,
    key_commands=(rotate_command, token_group, field_group((*STOCKS, *sign_in_commands.STOCKS), district)),
)

main = command_group(
    PROGRAM,
    "Run one district: its volunteers, their hours, and its word to the city.\n\n"
    "A first day: join INVITATION · setup · staff add · import volunteers FILE · import hours FILE · web · sync",
)
for command in (join_command, organization_group, staff_group, import_group, sign_in_commands.sign_in_group):
    main.add_command(command)


@main.command()
def setup() -> None:
    """Found the district: its tables, the root of its organizations, its streams, its pages in the city. Safe to repeat."""
    with engine_of(read_settings()) as engine:
        MIGRATIONS.upgrade(engine)
    with district() as (session, settings):
        found_district(session, district=settings.district, name=settings.district_name)
        mailbox.open_streams(session, settings.district)
        if settings.public_url:
            set_up(session, settings)
        session.commit()
        click.echo(f"{settings.district_name} is set up.")


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def status(as_json: bool) -> None:
    """Show what the district stands by, how much of it the hub has, and what shows that both hold the same."""
    with district() as (session, settings):
        totals = district_totals(session)
        shown = proof(session, settings.district, at=datetime.now(UTC))
    stands = {**asdict(shown.standing), "state": shown.standing.state}
    if as_json:
        more = {name: value for name, value in asdict(shown).items() if name != "standing"}
        known = {"district": settings.district, **asdict(totals), **stands, "proof": more}
        click.echo(json.dumps(known, default=plain, ensure_ascii=False))
        return
    table = Table(show_header=False)
    for name, value in {**asdict(totals), **stands}.items():
        table.add_row(name.replace("_", " "), cell(value, settings.time_zone))
    show(
        table,
        *tables(shown.told, shown.told_sums, shown.said, shown.said_sums, time_zone=settings.time_zone),
        *held_tables(shown.parked, shown.refused, time_zone=settings.time_zone),
    )


@main.command()
def compare() -> None:
    """Have the district's records compared with the hub's, and what differs mended. Needs sync on both sides."""
    with district() as (session, settings):
        asking.compare(session, settings.district)
        session.commit()
    click.echo("The records are compared as soon as the hub answers. banyan-district status shows the outcome.")


@main.command()
def replay() -> None:
    """Send the hub everything of this epoch again, and ask it for what is missing here. It changes nothing twice."""
    with district() as (session, settings):
        asking.replay(session, settings.district)
        session.commit()
    click.echo("What the district said is on its way again; with its next beacon the hub is asked for what is missing here.")


@main.command("catch-up")
@click.option("--hub", "address", type=web_address, help="The hub's https://…/api/v1/bus, where the bus is a broker.")
def fetch_missed(address: str | None) -> None:
    """Fetch from the hub's records, over HTTPS, what it has said while the district was away. Safe beside a running sync."""
    # Only here: the libraries of the bus are a third of what every other command would take to start.
    from sync.carriers.catching_up import catch_up  # noqa: PLC0415
    from sync.carriers.https import HttpsBus  # noqa: PLC0415

    settings = read_settings()
    address = address or settings.wire.bus_url
    if not leads_to_gateway(address):
        raise click.UsageError("A broker keeps no records. Say where the hub does: --hub https://…/api/v1/bus")
    with engine_of(settings) as engine:
        sessions = sessionmaker(engine)
        participant = _participant(settings, sessions)
        participant.log.listen(sessions)
        with closing(HttpsBus(address, settings.district, Signer(settings.wire.signing_key))) as records:
            for place in catch_up(
                records,
                party=settings.district,
                sessions=sessions,
                inbox=participant.inbox,
                keys=participant.keys,
                now=lambda: datetime.now(UTC),
            ):
                click.echo(f"Event {place.sequence} of epoch {place.epoch} is here.")
    click.echo("Nothing that the hub has said is missing.")


@main.group()
def parked() -> None:
    """Look at what the hub said and could not be applied here."""


@parked.command("list")
def list_parked() -> None:
    """Show each parked event with its reason."""
    with district() as (session, _):
        table = Table("Sequence", "Type", "Record", "Reason")
        for record in session.scalars(select(mailbox.ParkedRecord).order_by(mailbox.ParkedRecord.sequence)):
            table.add_row(str(record.sequence), record.type, record.record_key, record.reason)
    show(table)


@parked.command("retry")
def retry_parked() -> None:
    """Apply what is parked again, for instance after an upgrade."""
    with district() as (session, settings):
        done = asking.retry(session, settings.district)
        session.commit()
    click.echo(f"{done} parked events went through.")
