"""How does an operator bring what the district knows of documents under other keys?"""

import uuid

import rich_click as click

from sync.databases.resealing import Stock
from tenants.operating import district
from tenants.registrations.models import Registration
from tenants.registrations.renewing import count_older, renew_next

STOCKS = (Stock.of("numbers of documents", Registration.document_number),)
"""Everything that is under the district's field keys."""

_AT_ONCE = 500


@click.group("token")
def token_group() -> None:
    """Look after the federation's key for document tokens (BANYAN_TOKEN_KEY, BANYAN_NEXT_TOKEN_KEY)."""


@token_group.command("rotate")
def rotate() -> None:
    """Tell the hub every document under the federation's next key as well, while the programs go on.

    First put the key that the hub's operator handed over where BANYAN_NEXT_TOKEN_KEY says, and restart web and sync. Where this
    is interrupted, give the command again: what is done stays done.
    """
    with district() as (session, settings):
        after: uuid.UUID | None = None
        with click.progressbar(length=count_older(session, settings), label="registrations with a document") as bar:
            while chunk := renew_next(session, after=after, limit=_AT_ONCE, settings=settings):
                session.commit()
                after = chunk.last
                bar.update(chunk.renewed)
        left = count_older(session, settings)
    newest = max(settings.token_keys)
    click.echo(f"Documents are told under the federation's key of version {newest}.")
    if left:
        click.echo(
            f"{left} are not: their numbers are not stored here any more, or identify nobody. Import the register again; what "
            "is left then, the hub's operator can only let go.",
            err=True,
        )
