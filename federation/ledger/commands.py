"""What can the hub's operator ask about a volunteer's hours?"""

import json
from dataclasses import asdict

import rich_click as click
from rich.table import Table

from federation.errors import NotFound
from federation.ledger import totals
from federation.operating import hub
from sync.programs.printing import show


@click.command("volunteer")
@click.argument("groups", metavar="ID", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def volunteer_command(groups: tuple[str, ...], as_json: bool) -> None:
    """Show the certified hours of the volunteer with this ID: each registration in its district, and their sum.

    Names are not shown: the districts have them. The ID may be given in the groups in which people read it aloud.

    Example: banyan-hub volunteer 44 1234 5678 90 12
    """
    volunteer_id = "".join(groups).replace(" ", "")
    with hub() as (session, _):
        parts = totals.of_volunteer(session, volunteer_id)
    if not parts:
        raise NotFound(f"Nobody has the volunteer ID {volunteer_id}.")
    minutes = sum(part.hours.minutes for part in parts)
    if as_json:
        click.echo(
            json.dumps({"volunteer_id": volunteer_id, "minutes": minutes, "registrations": [asdict(part) for part in parts]})
        )
        return
    table = Table("District", "Registration", "Entries", "Minutes")
    for part in parts:
        table.add_row(part.district, part.registration_id, str(part.hours.entries), str(part.hours.minutes))
    show(table, f"{minutes} minutes")
