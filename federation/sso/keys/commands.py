"""How does the hub's operator look after the keys by which sign-ins are signed?"""

from datetime import UTC, datetime

import rich_click as click
from rich.table import Table
from sqlalchemy import select

from federation.operating import hub
from federation.sso.keys import rotating
from federation.sso.keys.models import SigningKey
from sync.programs.printing import show
from sync.programs.terminal import written


@click.group("signing-key")
def signing_key_group() -> None:
    """Look after the keys by which the hub signs who has signed in. They are in the database, encrypted."""


@signing_key_group.command("create")
def create() -> None:
    """Make the keys with which sign-ins begin, once, after db upgrade. Safe to repeat: what is there stays."""
    with hub() as (session, settings):
        made = rotating.create_missing(session, cipher=settings.field_cipher, at=datetime.now(UTC))
        session.commit()
    click.echo(f"{len(made)} keys were made." if made else "Every key is there already.")


@signing_key_group.command("list")
def list_keys() -> None:
    """Show every key, and since when it is what it is."""
    with hub() as (session, settings):
        table = Table("Key", "Algorithm", "State", "Made", "Signs since", "Signed until", "Withdrawn")
        for key in session.scalars(select(SigningKey).order_by(SigningKey.algorithm, SigningKey.created_at)):
            moments = (key.created_at, key.activated_at, key.retired_at, key.withdrawn_at)
            table.add_row(key.kid, key.algorithm, key.state, *(written(one, settings.time_zone) for one in moments))
    show(table)


@signing_key_group.command("rotate")
@click.option("--at-once", is_flag=True, help="Even where districts may not have seen the next keys; some sign-ins may fail.")
def rotate(at_once: bool) -> None:
    """Let the next keys sign, and make the ones after them. Nobody's sign-in fails meanwhile.

    What the keys before them have signed counts on, until it expires.
    """
    with hub() as (session, settings):
        rotating.rotate(session, cipher=settings.field_cipher, at=datetime.now(UTC), unseen=at_once)
        session.commit()
    click.echo("The next keys sign from now on. banyan-hub signing-key list shows them.")


@signing_key_group.command("withdraw")
@click.argument("kid")
def withdraw(kid: str) -> None:
    """Publish the key KID no more, because it is in strange hands: what it signed counts no more.

    First let another sign: banyan-hub signing-key rotate --at-once. Write -- before a KID that begins with a hyphen.
    """
    with hub() as (session, _):
        rotating.withdraw(session, kid, at=datetime.now(UTC))
        session.commit()
    click.echo(f"The key {kid} is withdrawn. Districts let go of it within five minutes.")
