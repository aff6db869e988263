"""How does an operator manage the accounts at the district's desks?"""

import sys
from datetime import UTC, datetime, timedelta

import rich_click as click
from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from tenants.operating import district
from tenants.organizations.arranging import organization_named, root
from tenants.staff.models import Role, StaffMember
from tenants.staff.signing_in import add_staff_member, change_password, issue_token, staff_named

_PASSWORD_STDIN = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input instead of asking."
)


@click.group("staff")
def staff_group() -> None:
    """Manage the accounts at this district's desks."""


@staff_group.command("add")
@click.argument("username")
@click.option("--name", required=True, help="The person's name.")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]), help="What the person does.")
@click.option("--organization", help="Where the role is valid, and below; the whole district by default.")
@_PASSWORD_STDIN
def add(username: str, name: str, role: str, organization: str | None, password_stdin: bool) -> None:
    """Add the account USERNAME."""
    password = _password(password_stdin)
    with district() as (session, _):
        place = organization_named(session, organization) if organization else root(session)
        add_staff_member(session, username=username, name=name, password=password, role=Role(role), organization=place)
        session.commit()
    click.echo(f"{name} can sign in as {username}.")


@staff_group.command("password")
@click.argument("username")
@_PASSWORD_STDIN
def set_password(username: str, password_stdin: bool) -> None:
    """Give USERNAME a new password; every open session and token of the account ends."""
    password = _password(password_stdin)
    with district() as (session, _):
        change_password(session, staff_named(session, username), password)
        session.commit()
    click.echo(f"{username} has a new password.")


@staff_group.command("close")
@click.argument("username")
def close(username: str) -> None:
    """Close the account USERNAME: nobody signs in with it any more, and its sessions and tokens end. Its acts stay."""
    with district() as (session, _):
        staff_named(session, username).close()
        session.commit()
    click.echo(f"The account {username} is closed.")


@staff_group.command("open")
@click.argument("username")
def reopen(username: str) -> None:
    """Open the account USERNAME again."""
    with district() as (session, _):
        staff_named(session, username).active = True
        session.commit()
    click.echo(f"The account {username} is open.")


@staff_group.command("list")
def show() -> None:
    """Show every account with its roles."""
    with district() as (session, _):
        table = Table("Name to sign in with", "Name", "Roles", "Open")
        for member in session.scalars(select(StaffMember).order_by(StaffMember.username)):
            roles = ", ".join(f"{held.role} of {held.organization.name}" for held in member.roles)
            table.add_row(member.username, member.name, roles, "yes" if member.active else "no")
    Console().print(table)


@staff_group.command("token")
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


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
