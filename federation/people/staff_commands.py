"""How does the hub's operator say who does something in which district?"""

from datetime import UTC, datetime

import rich_click as click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from federation.accounts import securing
from federation.accounts.appointing import add_account, appoint_in_district, dismiss_from_district
from federation.accounts.commands import STDIN, TYPED, NewPassword
from federation.accounts.finding import account_named, district_staff
from federation.accounts.models import DistrictDuty
from federation.accounts.naming import name_of
from federation.directory.naming import names
from federation.errors import NotFound
from federation.operating import hub, operator
from sync.programs.terminal import written

_DISTRICT = click.option("--district", required=True, help="The district's code.")
_ROLE = click.option(
    "--role",
    default=DistrictDuty.COORDINATOR.value,
    show_default=True,
    type=click.Choice([duty.value for duty in DistrictDuty]),
)


@click.group("staff")
def staff_group() -> None:
    """Say who does something in which district. They sign in at the hub, with a second factor; the district narrows it."""


@staff_group.command("add")
@click.argument("username")
@click.option("--name", required=True, help="The person's name.")
@TYPED
@STDIN
def add(username: str, name: str, typed: bool, from_stdin: bool) -> None:
    """Add the account USERNAME for somebody who has none, and print a password that they change at the first sign-in.

    Volunteers have an account already: appoint them by their volunteer ID.
    """
    password = NewPassword.of(typed, from_stdin)
    with hub() as (session, _):
        add_account(
            session,
            username=username,
            name=name,
            password_hash=password.hash,
            must_change_password=password.is_made,
            at=datetime.now(UTC),
        )
        session.commit()
    password.tell(f"{name} can sign in as {username}.")


@staff_group.command("appoint")
@click.argument("username")
@_DISTRICT
@_ROLE
def appoint(username: str, district: str, role: str) -> None:
    """Let USERNAME do something in a district.

    Example: banyan-hub staff appoint li.na --district futian --role coordinator
    """
    with hub() as (session, _):
        if district not in names(session):
            raise NotFound(f"There is no district {district}. See: banyan-hub district list")
        account = account_named(session, username)
        appoint_in_district(session, account, DistrictDuty(role), district=district, by=operator(), at=datetime.now(UTC))
        session.commit()
    click.echo(f"{username} is {role} of {district} now.")


@staff_group.command("dismiss")
@click.argument("username")
@_DISTRICT
def dismiss(username: str, district: str) -> None:
    """Let USERNAME do nothing in a district any more."""
    with hub() as (session, _):
        dismiss_from_district(session, account_named(session, username), district=district, by=operator(), at=datetime.now(UTC))
        session.commit()
    click.echo(f"{username} does nothing at {district} any more.")


@staff_group.command("list")
def show() -> None:
    """Show who does what in which district, and when they were last seen."""
    with hub() as (session, settings):
        table = Table("Username", "Name", "District", "Role", "Open", "Last seen", "Appointed by")
        for account, role, seen_at in district_staff(session):
            table.add_row(
                account.username,
                escape(name_of(account, settings)),
                role.district,
                role.role,
                "yes" if account.active else "no",
                written(seen_at, settings.time_zone),
                role.given_by,
            )
    Console().print(table)


@staff_group.command("second-factor")
@click.argument("username")
def reset_second_factor(username: str) -> None:
    """Forget app, recovery codes and passkeys of USERNAME, who has lost them. Every session of the account ends.

    Make sure who asks: with the password alone they get in then, or set up another second factor if they need one.
    """
    with hub() as (session, _):
        securing.reset_second_factor(session, account_named(session, username), by=operator(), at=datetime.now(UTC))
        session.commit()
    click.echo(f"{username} has no second factor any more.")
