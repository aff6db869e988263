"""How does an operator let people sign in here with a city ID, and see who did?"""

import json

import rich_click as click
from rich.markup import escape
from rich.table import Table

from sync.databases.resealing import Stock
from sync.programs.printing import show
from tenants.operating import district
from tenants.sso.models import LocalSession, RelyingParty
from tenants.sso.reading_events import Filter, find_events
from tenants.sso.setting_up import set_up

STOCKS = (
    Stock.of("keys to the provider", RelyingParty.key),
    Stock.of("sign-ins' own words", LocalSession.id_token),
    Stock.of("sign-ins' tokens", LocalSession.refresh_token),
)
"""Everything here that is under the district's field keys."""


@click.group("sign-in")
def sign_in_group() -> None:
    """Let people sign in here with their city ID, and look at who signed in how."""


@sign_in_group.command("set-up")
@click.option("--new-key", is_flag=True, help="Also give the program another key by which the provider knows it.")
@click.option("--again", is_flag=True, help="Also where the hub was told: it answers anew, for instance after it has moved.")
def set_up_command(new_key: bool, again: bool) -> None:
    """Tell the hub where this district's pages are (BANYAN_PUBLIC_URL). Safe to repeat; do so when the address changes.

    The hub's answer comes with sync, and from then on the pages offer to sign in with a city ID.
    """
    with district() as (session, settings):
        party = set_up(session, settings, new_key=new_key, again=again)
        session.commit()
        if party.issuer is None:
            click.echo(f"The hub is told of {party.public_url}. Leave sync running: it brings the answer.")
        else:
            click.echo(f"{party.public_url} is {party.client_id} at {party.issuer}.")


@sign_in_group.command("log")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000), help="How many events, the last first.")
def show_log(limit: int) -> None:
    """Show who signed in and out, by whose word, and what was refused."""
    with district() as (session, settings):
        table = Table("When", "What", "Account", "City's name", "From", "More")
        for event, username in find_events(session, Filter(), limit=limit):
            when = f"{event.at.astimezone(settings.time_zone):%Y-%m-%d %H:%M:%S}"
            more = escape(json.dumps(event.detail, ensure_ascii=False)) if event.detail else ""
            table.add_row(when, event.kind, username or "", event.subject or "", event.address, more)
    show(table)
