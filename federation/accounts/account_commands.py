"""How does the hub's operator help whoever an account is for, where it may be in strange hands?"""

from datetime import UTC, datetime

import rich_click as click
from rich.markup import escape
from rich.table import Table
from sqlalchemy.orm import Session

from federation.accounts import securing
from federation.accounts.commands import STDIN, TYPED, NewPassword
from federation.accounts.finding import account_called
from federation.accounts.models import Account
from federation.accounts.sessions import open_sessions
from federation.errors import NotFound
from federation.operating import hub, operator
from federation.settings import Settings
from sync.programs.printing import show
from sync.programs.terminal import written

_WHOSE = click.argument("whose", metavar="ACCOUNT")


@click.group("account")
def account_group() -> None:
    """Look after any account, a volunteer's or a member of staff's, when it may be in strange hands.

    ACCOUNT is a username, a volunteer ID (digits without spaces), a telephone number or an e-mail address.
    """


@account_group.command("sessions")
@_WHOSE
def sessions(whose: str) -> None:
    """Show where ACCOUNT is signed in at this moment."""
    with hub() as (session, settings):
        table = Table("Began", "Last seen", "Shown by", "From", "Browser")
        for one in open_sessions(session, _account(session, whose, settings), at=datetime.now(UTC)):
            when = (written(moment, settings.time_zone) for moment in (one.began_at, one.seen_at))
            table.add_row(*when, one.methods, one.address, escape(one.user_agent))
    show(table)


@account_group.command("sign-out")
@_WHOSE
def sign_out(whose: str) -> None:
    """End every session of ACCOUNT, here and in every district, within seconds. Its owner signs in again as ever."""
    with hub() as (session, settings):
        securing.sign_out(session, _account(session, whose, settings), by=operator(), at=datetime.now(UTC))
        session.commit()
    click.echo("Every session of the account is ended. Leave sync running: it tells the districts.")


@account_group.command("disable")
@_WHOSE
def disable(whose: str) -> None:
    """Let nobody sign in with ACCOUNT; its sessions end at once. What was done with it stays."""
    with hub() as (session, settings):
        account = _account(session, whose, settings)
        securing.disable(session, account, by=operator(), at=datetime.now(UTC))
        session.commit()
        click.echo(f"The account is disabled. It opens again with: banyan-hub account enable {account.username}")


@account_group.command("enable")
@_WHOSE
def enable(whose: str) -> None:
    """Let the owner of the disabled ACCOUNT sign in again, with its password and roles."""
    with hub() as (session, settings):
        securing.enable(session, _account(session, whose, settings), by=operator(), at=datetime.now(UTC))
        session.commit()
    click.echo("The account is open again.")


@account_group.command("password")
@_WHOSE
@TYPED
@STDIN
def set_password(whose: str, typed: bool, from_stdin: bool) -> None:
    """Give ACCOUNT a new password, because somebody else knows it or its owner cannot be sent a code. Every session ends.

    It is printed, this once only, and its owner chooses another when they sign in with it. Make sure who asks.
    """
    password = NewPassword.of(typed, from_stdin)
    with hub() as (session, settings):
        account, at = _account(session, whose, settings), datetime.now(UTC)
        securing.reset_password(session, account, password.hash, must_change_password=password.is_made, by=operator(), at=at)
        session.commit()
    password.tell("The account has a new password.")


def _account(session: Session, whose: str, settings: Settings) -> Account:
    found = account_called(session, whose, settings)
    if found is None:
        raise NotFound("There is no such account. A volunteer ID that was merged into another is not looked up here.")
    return found
