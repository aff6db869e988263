"""How does an operator have registrations linked that came before anybody was to link them?"""

from datetime import UTC, datetime

import rich_click as click
from sqlalchemy.orm import Session

from federation.identity.linking.waiting import Chunk, count_waiting, link_waiting
from federation.identity.merging.joining_late import join_late
from federation.operating import hub
from federation.settings import Settings
from sync.running import garbage

# Whoever registers meanwhile waits for this many.
_AT_ONCE = 2_000


@click.command("link")
def link_command() -> None:
    """Find out whose the registrations are that wait for it: of a legacy register, or of an earlier version of the program.

    They wait where sync runs with BANYAN_LINK_ON_ARRIVAL=false, which takes in a register of a million registrations sooner.
    Everything else goes on meanwhile. Where this is interrupted, give the command again: what is linked stays linked.
    """
    garbage.look_rarely()
    with hub() as (session, settings):
        # Until none are left: some may have come meanwhile that stand before those that were reached.
        while waiting := count_waiting(session):
            with click.progressbar(length=waiting, label="registrations") as bar:
                after = ""
                while chunk := _link(session, settings, after=after):
                    after = chunk.last
                    bar.update(chunk.linked)
    click.echo("Every registration has its volunteer ID.")


def _link(session: Session, settings: Settings, *, after: str) -> Chunk | None:
    at = datetime.now(UTC)
    chunk = link_waiting(session, after=after, limit=_AT_ONCE, settings=settings, at=at, join_late=join_late)
    session.commit()
    return chunk
