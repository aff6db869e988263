"""How does the hub's operator manage the accounts of its stewards?"""

import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

import rich_click as click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from federation.accounts import securing
from federation.accounts.appointing import add_steward, appoint_steward
from federation.accounts.finding import steward_named, stewards
from federation.accounts.models import Role
from federation.accounts.passwords import initial_password, new_hash
from federation.operating import hub, operator
from sync.programs.terminal import written

_ROLE = click.Choice([role.value for role in Role])
TYPED = click.option("--type-password", "typed", is_flag=True, help="Let the steward type a password of their own here.")
STDIN = click.option("--password-stdin", "from_stdin", is_flag=True, help="Read a password of their own from standard input.")


@dataclass(frozen=True)
class NewPassword:
    """A new password by its hash, made before there is a transaction; `made` is the password where it was made here."""

    hash: str
    made: str | None

    @classmethod
    def of(cls, typed: bool, from_stdin: bool) -> Self:
        """Asks for it, reads it, or makes it; raises `Invalid` where it is too short."""
        if typed and from_stdin:
            raise click.UsageError("--type-password and --password-stdin exclude each other.")
        if from_stdin:
            return cls(new_hash(sys.stdin.readline().rstrip("\n")), None)
        if typed:
            return cls(new_hash(click.prompt("Password", hide_input=True, confirmation_prompt=True)), None)
        made = initial_password()
        return cls(new_hash(made), made)

    @property
    def is_made(self) -> bool:
        """Whether the operator sees it, so that it has to be changed."""
        return self.made is not None

    def tell(self, done: str) -> None:
        """Says what was done, and prints the password where it was made here."""
        click.echo(done, err=True)
        if self.made:
            click.echo("This password is shown once, and is to be changed at the first sign-in:", err=True)
            click.echo(self.made)


@click.group("steward")
def steward_group() -> None:
    """Manage the accounts of the hub's staff, who decide whether registrations are one person.

    A steward decides reviews, merges and splits. A lead does that, and also takes back that two registrations are never one
    person. They sign in at the hub's pages, at /stewards/, with a second factor.
    """


@steward_group.command("add")
@click.argument("username")
@click.option("--name", required=True, help="The person's name.")
@click.option("--role", default=Role.STEWARD.value, show_default=True, type=_ROLE, help="What the person does.")
@TYPED
@STDIN
def add(username: str, name: str, role: str, typed: bool, from_stdin: bool) -> None:
    """Add the account USERNAME: small letters and digits, with dots, dashes, underscores or an at-sign between them.

    Prints a password, this once only, with which the steward signs in and chooses another. The username stands in the history
    of every decision.

    Example: banyan-hub steward add chen.jing --name 陈静
    """
    password = NewPassword.of(typed, from_stdin)
    with hub() as (session, _):
        add_steward(
            session,
            username=username,
            name=name,
            role=Role(role),
            password_hash=password.hash,
            must_change_password=password.is_made,
            by=operator(),
            at=datetime.now(UTC),
        )
        session.commit()
    password.tell(f"{name} can sign in as {username}.")


@steward_group.command("list")
def show() -> None:
    """Show every account of the hub's staff, with its role and when it was last seen."""
    with hub() as (session, settings):
        table = Table("Username", "Name", "Role", "Open", "Last seen", "Appointed by")
        for found in stewards(session):
            table.add_row(
                found.account.username,
                escape(found.account.name),
                found.stewardship.role,
                "yes" if found.account.active else "no",
                written(found.seen_at, settings.time_zone),
                found.stewardship.appointed_by,
            )
    Console().print(table)


@steward_group.command("disable")
@click.argument("username")
def disable(username: str) -> None:
    """Disable the account USERNAME: its sessions end at once, and nobody signs in with it. Its decisions stay."""
    with hub() as (session, _):
        securing.disable(session, steward_named(session, username), by=operator(), at=datetime.now(UTC))
        session.commit()
    click.echo(f"The account {username} is disabled. It opens again with: banyan-hub steward enable {username}")


@steward_group.command("enable")
@click.argument("username")
def enable(username: str) -> None:
    """Let the disabled account USERNAME sign in again, with its password and role."""
    with hub() as (session, _):
        securing.enable(session, steward_named(session, username), by=operator(), at=datetime.now(UTC))
        session.commit()
    click.echo(f"{username} can sign in again.")


@steward_group.command("password")
@click.argument("username")
@TYPED
@STDIN
def set_password(username: str, typed: bool, from_stdin: bool) -> None:
    """Give USERNAME a new password, for instance because the old one is forgotten. Every session of the account ends.

    It is printed, this once only, and the steward chooses another when they sign in with it.
    """
    password = NewPassword.of(typed, from_stdin)
    with hub() as (session, _):
        account, at = steward_named(session, username), datetime.now(UTC)
        securing.reset_password(session, account, password.hash, must_change_password=password.is_made, by=operator(), at=at)
        session.commit()
    password.tell(f"{username} has a new password.")


@steward_group.command("role")
@click.argument("username")
@click.argument("role", type=_ROLE)
def change_role(username: str, role: str) -> None:
    """Give USERNAME another ROLE. Whoever is signed in feels it with the next page.

    Example: banyan-hub steward role chen.jing lead
    """
    with hub() as (session, _):
        appoint_steward(session, steward_named(session, username), Role(role), by=operator(), at=datetime.now(UTC))
        session.commit()
    click.echo(f"{username} is {role} now.")


@steward_group.command("second-factor")
@click.argument("username")
def reset_second_factor(username: str) -> None:
    """Forget app, recovery codes and passkeys of USERNAME, who has lost them. Every session of the account ends.

    Make sure who asks: with the password alone they set up another second factor when they sign in next.
    """
    with hub() as (session, _):
        securing.reset_second_factor(session, steward_named(session, username), by=operator(), at=datetime.now(UTC))
        session.commit()
    click.echo(f"{username} sets up another second factor at the next sign-in.")
