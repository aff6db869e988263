"""How does an operator exchange the keys under which the hub knows documents?"""

from datetime import UTC, datetime

import rich_click as click
from rich.console import Console
from rich.table import Table
from sqlalchemy.orm import Session

from federation.identity.keys import retiring, rewrapping
from federation.identity.keys.noting import Key, note_rotation
from federation.identity.turns import wait_for_turn
from federation.operating import hub, operator
from federation.settings import Settings

_AT_ONCE = 2_000


@click.group("token")
def token_group() -> None:
    """Look after the hub's own key for document tokens (BANYAN_HUB_TOKEN_KEY)."""


@token_group.command("rotate")
def rotate() -> None:
    """Bring the stored tokens of documents under the newest of the hub's keys, while registrations go on coming.

    First put the new key behind the others, with a comma between them, and restart sync and web. Keep all of them: each new
    token needs the older keys as well. Where this is interrupted, give the command again: what is done stays done.
    """
    with hub() as (session, settings):
        newest = len(settings.token_keys)
        with click.progressbar(length=rewrapping.count_older(session, newest), label="document tokens") as bar:
            after, rewrapped = "", 0
            while chunk := _rewrap(session, settings, after=after):
                session.commit()
                after = chunk.last
                rewrapped += chunk.rewrapped
                bar.update(chunk.rewrapped)
        if rewrapped:
            note_rotation(session, Key.HUB_TOKEN, by=operator(), at=datetime.now(UTC), version=newest, rewrapped=rewrapped)
            session.commit()
        if left := rewrapping.count_older(session, newest):
            raise click.ClickException(
                f"{left} tokens came under an older key meanwhile. Restart sync with all keys, and give the command again."
            )
    click.echo(f"Every document token is under the hub's key of version {newest}.")


@click.group("federation")
def federation_group() -> None:
    """Follow the districts from one of the federation's keys for document tokens to the next."""


@federation_group.command("status")
def status() -> None:
    """Show for each district how many registrations name their document under the newest key that anybody uses."""
    with hub() as (session, _):
        table = Table("District", "Key", "With a document", "Under this key", "Share")
        for one in retiring.progress(session):
            counts = (one.version, one.registrations, one.renewed)
            table.add_row(one.district, *map(str, counts), f"{one.share:.1%}")
    Console().print(table)


@federation_group.command("retire")
@click.argument("version", type=click.IntRange(1))
@click.option("--force", is_flag=True, help="Even where a district has not named all documents under a newer key.")
@click.option("--reason", help="Why those may be lost, such as: the numbers are not stored there. It stays on record.")
def retire(version: int, force: bool, reason: str | None) -> None:
    """Let go of every token under the federation's key of VERSION, for good.

    Refused, with the names of the districts, where one of them names a document under this key alone.
    """
    if force != (reason is not None):
        raise click.UsageError("--force needs a --reason, and a reason is for --force.")
    with hub() as (session, _):
        wait_for_turn(session)
        forgotten = retiring.retire_key(session, version, by=operator(), at=datetime.now(UTC), reason=reason)
        session.commit()
    click.echo(f"The federation's key of version {version} has ended, and {forgotten} tokens under it are gone.")


def _rewrap(session: Session, settings: Settings, *, after: str) -> rewrapping.Chunk | None:
    # Nobody may look for a document while its token is being changed.
    wait_for_turn(session)
    return rewrapping.rewrap_next(session, settings.token_keys, after=after, limit=_AT_ONCE)


def note_field_rotation(session: Session, resealed: int) -> None:
    """Writes into the history that personal fields came under another key."""
    note_rotation(session, Key.FIELD, by=operator(), at=datetime.now(UTC), resealed=resealed)
