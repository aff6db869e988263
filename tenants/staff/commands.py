"""How does an operator manage the accounts at the district's desks?"""

import sys
from datetime import UTC, datetime, timedelta

import rich_click as click
from rich.markup import escape
from rich.table import Table
from sqlalchemy import select
from sqlalchemy.orm import Session

from sync.programs.printing import show
from tenants.operating import district
from tenants.organizations.arranging import organization_named, root
from tenants.organizations.models import Organization
from tenants.staff.appointing import add_staff_member
from tenants.staff.finding import staff_named
from tenants.staff.models import Role, StaffMember
from tenants.staff.securing import change_password, close_account
from tenants.staff.tokens import SHORTEST_TOKEN_ID, issue_token, valid_tokens, withdraw_token

_ROLE = click.Choice([role.value for role in Role])
_PASSWORD_STDIN = click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input instead of asking."
)
_ORGANIZATION = click.option(
    "--organization", help="Where the role is valid, and everywhere below it.  [default: the whole district]"
)


@click.group("staff")
def staff_group() -> None:
    """Manage the accounts at this district's desks: who signs in, in which roles, and which programs act for them.

    A recorder enters hours. A coordinator enters hours and certifies those that others entered, and imports registers in the
    whole district. An administrator imports, sees who signed in how, and certifies nothing. A viewer looks. Each role is
    valid at one organization and everywhere below it, and an account can have several.
    """


@staff_group.command("add")
@click.argument("username")
@click.option("--name", required=True, help="The person's name.")
@click.option("--role", required=True, type=_ROLE, help="What the person does; more roles come with: staff role add")
@_ORGANIZATION
@_PASSWORD_STDIN
def add(username: str, name: str, role: str, organization: str | None, password_stdin: bool) -> None:
    """Add the account USERNAME: small letters and digits, with dots, dashes, underscores or an at-sign between them.

    The username stands in the history of everything that is done with the account.

    Example: banyan-district staff add li.min --name 李敏 --role coordinator --organization 福田街道
    """
    password = _password(password_stdin)
    with district() as (session, _):
        place = _place(session, organization)
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
        close_account(session, staff_named(session, username))
        session.commit()
    click.echo(f"The account {username} is closed.")


@staff_group.command("open")
@click.argument("username")
def reopen(username: str) -> None:
    """Open the account USERNAME again, with its password and roles. Its tokens stay withdrawn."""
    with district() as (session, _):
        staff_named(session, username).active = True
        session.commit()
    click.echo(f"The account {username} is open.")


@staff_group.command("list")
def list_accounts() -> None:
    """Show every account with its roles."""
    with district() as (session, _):
        table = Table("Name to sign in with", "Name", "Roles", "Open")
        for member in session.scalars(select(StaffMember).order_by(StaffMember.username)):
            table.add_row(member.username, escape(member.name), escape(_roles(member)), "yes" if member.active else "no")
    show(table)


@staff_group.group("role")
def role_group() -> None:
    """Give, change and withdraw the roles of an account. Whoever is signed in feels it with the next page."""


@role_group.command("add")
@click.argument("username")
@click.argument("role", type=_ROLE)
@_ORGANIZATION
def add_role(username: str, role: str, organization: str | None) -> None:
    """Give USERNAME a ROLE beside those that the account has.

    Example: banyan-district staff role add li.min viewer --organization 莲花街道
    """
    with district() as (session, _):
        member = staff_named(session, username)
        member.appoint(Role(role), _place(session, organization))
        session.commit()
        click.echo(f"{username} is {_roles(member)} now.")


@role_group.command("change")
@click.argument("username")
@click.argument("role", type=_ROLE)
@_ORGANIZATION
@click.option("--to-role", type=_ROLE, help="The role instead.  [default: the same]")
@click.option("--to-organization", help="Where the role is valid instead.  [default: the same]")
def change_role(username: str, role: str, organization: str | None, to_role: str | None, to_organization: str | None) -> None:
    """Change the ROLE that USERNAME has at an organization into another, or move it to another organization.

    Example: banyan-district staff role change li.min recorder --organization 福田街道 --to-role coordinator
    """
    with district() as (session, _):
        member, place = staff_named(session, username), _place(session, organization)
        to_place = organization_named(session, to_organization) if to_organization else place
        member.reappoint(Role(role), place, to_role=Role(to_role or role), to_organization=to_place)
        session.commit()
        click.echo(f"{username} is {_roles(member)} now.")


@role_group.command("withdraw")
@click.argument("username")
@click.argument("role", type=_ROLE)
@_ORGANIZATION
def withdraw_role(username: str, role: str, organization: str | None) -> None:
    """Take a ROLE from USERNAME. An account without any can still sign in, and sees nothing: close it with staff close."""
    with district() as (session, _):
        member = staff_named(session, username)
        member.dismiss(Role(role), _place(session, organization))
        session.commit()
        click.echo(f"{username} is {_roles(member) or 'without a role'} now.")


@staff_group.group("token")
def token_group() -> None:
    """Issue, list and withdraw the tokens with which programs act for a member of staff over the API."""


@token_group.command("issue")
@click.argument("username")
@click.option("--purpose", required=True, help="Which program will use the token, for what.")
@click.option("--days", default=90, show_default=True, type=click.IntRange(1, 366), help="How long it is valid.")
def issue(username: str, purpose: str, days: int) -> None:
    """Print a token with which a program acts for USERNAME, and may do what they may. It is shown this once only.

    The program sends it as: Authorization: Bearer TOKEN
    """
    with district() as (session, _):
        lifetime = timedelta(days=days)
        issued = issue_token(session, staff_named(session, username), purpose=purpose, lifetime=lifetime, at=datetime.now(UTC))
        session.commit()
    click.echo(issued)


@token_group.command("list")
def list_tokens() -> None:
    """Show every token that is valid, with the id by which it is withdrawn. The tokens themselves are not kept."""
    with district() as (session, settings):
        table = Table("Id", "Acts for", "Purpose", "Valid until")
        for held in valid_tokens(session, at=datetime.now(UTC)):
            until = f"{held.expires_at.astimezone(settings.time_zone):%Y-%m-%d %H:%M}"
            table.add_row(held.token_hash[:SHORTEST_TOKEN_ID], held.staff_member.username, escape(held.purpose), until)
    show(table)


@token_group.command("withdraw")
@click.argument("token_id", metavar="ID")
def withdraw(token_id: str) -> None:
    """End the token of this ID at once. The ids stand in: banyan-district staff token list"""
    with district() as (session, _):
        withdrawn = withdraw_token(session, token_id)
        told = f"The token of {withdrawn.staff_member.username} for {withdrawn.purpose} is withdrawn."
        session.commit()
    click.echo(told)


def _place(session: Session, organization: str | None) -> Organization:
    return organization_named(session, organization) if organization else root(session)


def _roles(member: StaffMember) -> str:
    return ", ".join(f"{held.role} of {held.organization.name}" for held in member.roles)


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
