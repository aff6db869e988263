"""What can a district's operator tell the program to do?"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import rich_click as click
from rich.console import Console
from rich.table import Table
from sqlalchemy import select
from sqlalchemy.orm import Session

from sync import streams
from sync.commands import Participant, Program, command_group, engine_of, session_of
from tenants import mailbox
from tenants.errors import DistrictError
from tenants.hours.totals import district_totals
from tenants.imports.commands import import_group
from tenants.migrations import MIGRATIONS
from tenants.organizations.arranging import found_district, root
from tenants.organizations.models import Organization
from tenants.settings import Settings, read_settings
from tenants.staff.models import Role, StaffMember
from tenants.staff.signing_in import add_staff_member, change_password, issue_token, staff_named
from tenants.standing import standing


def _participant(settings: Settings, _sessions: object) -> Participant:
    return Participant(settings.district, mailbox.log, mailbox.inbox, mailbox.HubKey(settings.hub_key))


PROGRAM = Program(
    name="banyan-district",
    read_settings=read_settings,
    migrations=MIGRATIONS,
    refusals=(DistrictError,),
    application="tenants.app:create_app()",
    participant=_participant,
)

main = command_group(
    PROGRAM,
    "Run one district: its volunteers, their hours, and its word to the city.\n\n"
    "A first day: setup · staff add · import volunteers FILE · import hours FILE · web · sync",
)
main.add_command(import_group)


@contextmanager
def district() -> Iterator[tuple[Session, Settings]]:
    """The district's records."""
    settings = read_settings()
    with session_of(settings, mailbox.log) as session:
        yield session, settings


@main.command()
def setup() -> None:
    """Found the district: its tables, the root of its organizations and its streams. Safe to repeat."""
    with engine_of(read_settings()) as engine:
        MIGRATIONS.upgrade(engine)
    with district() as (session, settings):
        mailbox.open_streams(session, settings.district)
        found_district(session, district=settings.district, name=settings.district_name)
        session.commit()
        click.echo(f"{settings.district_name} is set up.")


@main.group()
def staff() -> None:
    """Manage the accounts at this district's desks."""


@staff.command("add")
@click.argument("username")
@click.option("--name", required=True, help="The person's name.")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]), help="What the person does.")
@click.option("--organization", help="Where the role is valid, and below; the whole district by default.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking.")
def add_staff(username: str, name: str, role: str, organization: str | None, password_stdin: bool) -> None:
    """Add the account USERNAME."""
    password = _password(password_stdin)
    with district() as (session, _):
        place = _organization_named(session, organization) if organization else root(session)
        add_staff_member(session, username=username, name=name, password=password, role=Role(role), organization=place)
        session.commit()
    click.echo(f"{name} can sign in as {username}.")


@staff.command("password")
@click.argument("username")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking.")
def set_password(username: str, password_stdin: bool) -> None:
    """Give USERNAME a new password; every open session and token of the account ends."""
    password = _password(password_stdin)
    with district() as (session, _):
        change_password(session, staff_named(session, username), password)
        session.commit()
    click.echo(f"{username} has a new password.")


@staff.command("list")
def list_staff() -> None:
    """Show every account with its roles."""
    with district() as (session, _):
        table = Table("Name to sign in with", "Name", "Roles", "Open")
        for member in session.scalars(select(StaffMember).order_by(StaffMember.username)):
            roles = ", ".join(f"{held.role} of {held.organization.name}" for held in member.roles)
            table.add_row(member.username, member.name, roles, "yes" if member.active else "no")
    Console().print(table)


@staff.command("token")
@click.argument("username")
@click.option("--purpose", required=True, help="Which program will use the token, for what.")
@click.option("--days", default=90, show_default=True, type=click.IntRange(1, 366), help="How long it is valid.")
def token(username: str, purpose: str, days: int) -> None:
    """Print a token with which a program acts for USERNAME over the API. It is shown this once only."""
    with district() as (session, _):
        lifetime = timedelta(days=days)
        issued = issue_token(session, staff_named(session, username), purpose=purpose, lifetime=lifetime, at=datetime.now(UTC))
        session.commit()
    click.echo(issued)


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def status(as_json: bool) -> None:
    """Show what the district stands by, and how much of it the hub has."""
    with district() as (session, settings):
        totals = district_totals(session)
        stands = standing(session, settings.district)
    if as_json:
        click.echo(json.dumps({"district": settings.district, **asdict(totals), **asdict(stands)}, default=str))
        return
    table = Table(show_header=False)
    for name, value in {**asdict(totals), **asdict(stands)}.items():
        table.add_row(name.replace("_", " "), "-" if value is None else str(value))
    Console().print(table)


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
    Console().print(table)


@parked.command("retry")
def retry_parked() -> None:
    """Apply what is parked again, for instance after an upgrade."""
    with district() as (session, settings):
        done = mailbox.inbox.retry(session, streams.down(settings.district))
        session.commit()
    click.echo(f"{done} parked events went through.")


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))


def _organization_named(session: Session, name: str) -> Organization:
    found = session.scalars(select(Organization).where(Organization.name == name)).all()
    if len(found) != 1:
        raise click.ClickException(f"{len(found)} organizations are called {name}; the name must belong to exactly one.")
    return found[0]
