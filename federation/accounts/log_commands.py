"""What can the hub's operator see of what happened to accounts?"""

import json
from datetime import UTC, datetime, timedelta

import rich_click as click
from rich.markup import escape
from rich.table import Table

from federation.accounts.models import SecurityEventKind
from federation.accounts.reading_events import Filter, find_events
from federation.operating import hub
from sync.programs.printing import show


@click.command("security-log")
@click.option("--username", help="What this account did, or what happened to it.")
@click.option("--client", help="Where this program took part, such as district:futian.")
@click.option("--address", help="What came from this address.")
@click.option("--kind", type=click.Choice([kind.value for kind in SecurityEventKind]), help="What happened.")
@click.option("--days", default=7, show_default=True, type=click.IntRange(1), help="How far back.")
@click.option("--limit", default=100, show_default=True, type=click.IntRange(1, 10_000), help="How many, the last first.")
def security_log(
    *, username: str | None, client: str | None, address: str | None, kind: str | None, days: int, limit: int
) -> None:
    """Show who signed in and out where, what was changed about accounts and by whom, and what was refused.

    Stewards see the same at their desk, and take it along as a file.
    """
    with hub() as (session, settings):
        since = datetime.now(UTC) - timedelta(days=days)
        kinds = SecurityEventKind(kind) if kind else None
        wanted = Filter(kind=kinds, username=username, address=address, client=client, since=since)
        table = Table("When", "What", "Outcome", "Account", "By", "At", "From", "More")
        for event, actor, account in find_events(session, wanted, limit=limit):
            when = f"{event.at.astimezone(settings.time_zone):%Y-%m-%d %H:%M:%S}"
            more = escape(json.dumps(event.detail, ensure_ascii=False)) if event.detail else ""
            who = (account or "", actor or "", event.client or "", event.address)
            table.add_row(when, event.kind, event.outcome, *who, more)
    show(table)
