"""What can the hub's operator do about the record of who is who?"""

import sys
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

import rich_click as click
from sqlalchemy import Row

from federation.identity.history import replaying
from federation.identity.stewarding.verifying import verify
from federation.operating import hub


@click.group("identity")
def identity_group() -> None:
    """Look after the record of who is who."""


@identity_group.command("verify")
def verify_command() -> None:
    """Read the whole history of volunteer IDs: is its chain whole, and do the tables say what it says?"""
    with hub() as (session, _):
        try:
            with click.progressbar(length=replaying.length(session), label="events", file=sys.stderr) as bar:
                found = verify(session, watched=partial(_show, bar))
        except replaying.ChainBroken as broken:
            raise click.ClickException(str(broken)) from None
    if found.differences:
        raise click.ClickException("The tables do not say what the history says:\n" + "\n".join(found.differences))
    click.echo(f"{found.events} events in one chain, up to {found.hash.hex()}. The tables say the same.")


def _show(bar: Any, events: Iterable[Row[Any]]) -> Iterator[Row[Any]]:
    for event in events:
        yield event
        bar.update(1)
