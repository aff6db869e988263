"""What can the hub's operator tell the program to do?"""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import rich_click as click
from rich.console import Console
from rich.table import Table
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from federation import mailbox
from federation.directory.commands import broker_group, district_group, invitation_group, invite_command
from federation.directory.enrolling import enrol
from federation.directory.keys import DistrictKeys
from federation.directory.models import District
from federation.directory.standing import Standing, StandingState, standings
from federation.errors import FederationError, NotFound
from federation.intake import open_inbox
from federation.ledger import totals
from federation.ledger.commands import volunteer_command
from federation.migrations import MIGRATIONS
from federation.operating import hub
from federation.settings import Settings, read_settings
from sync import signing, streams
from sync.commands import Participant, Program, command_group


def _participant(settings: Settings, sessions: "sessionmaker[Session]") -> Participant:
    return Participant(
        party=streams.HUB,
        log=mailbox.log,
        recovery=mailbox.recovery,
        inbox=open_inbox(settings),
        keys=DistrictKeys(sessions),
        incarnation=mailbox.incarnation,
    )


PROGRAM = Program(
    name="banyan-hub",
    read_settings=read_settings,
    migrations=MIGRATIONS,
    refusals=(FederationError,),
    application="federation.app:create_app()",
    participant=_participant,
)

_STATES = {
    StandingState.FORKED: "two histories",
    StandingState.UNHEARD: "not heard yet",
    StandingState.PARKED: "{parked} parked",
    StandingState.SILENT: "silent",
    StandingState.BEHIND: "behind by {behind}",
    StandingState.EQUAL: "equal",
}
"""Each standing in a word or two."""

main = command_group(
    PROGRAM,
    "Run the hub: one volunteer ID and one sum of hours for all districts.\n\n"
    "A first day: keys create FILE · db upgrade · invite CODE --name NAME --region CODE · web · sync",
)
for command in (invite_command, invitation_group, district_group, broker_group, volunteer_command):
    main.add_command(command)


@district_group.command("add")
@click.argument("code")
@click.option("--name", required=True, help="What people call the district.")
@click.option("--region", required=True, help="Its number in GB/T 2260, six digits.")
@click.option(
    "--key",
    "key_file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file with the public key that the district printed with: banyan-district keys show",
)
def add_district(code: str, name: str, region: str, key_file: Path) -> None:
    """Enrol the district CODE without an invitation, by a key that came on a way that both trust. Safe to repeat with it."""
    key = signing.read_key(key_file.read_bytes())
    with hub() as (session, settings):
        inbox, at = open_inbox(settings), datetime.now(UTC)
        enrolled = enrol(session, code, name=name, region_code=region, key=key, inbox=inbox, at=at)
        session.commit()
        click.echo(f"{enrolled.name} takes part as {code}.")


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def status(as_json: bool) -> None:
    """Show the city's sums, and for each district whether the hub has all that was recorded there, and as of when."""
    with hub() as (session, settings):
        found = standings(session, at=datetime.now(UTC))
        everything, sums = totals.city(session), totals.by_district(session)
    sum_of = {found_sum.district: found_sum for found_sum in sums}
    if as_json:
        districts = [_plain(standing) | _sums(sum_of.get(standing.district)) for standing in found]
        click.echo(json.dumps({"people": everything.people, **_sums(everything), "districts": districts}, ensure_ascii=False))
        return
    table = Table("District", "Name", "State", "As of", "Registrations", "Certified minutes", "Parked", "Quarantined")
    for standing in found:
        as_of = f"{standing.as_of.astimezone(settings.time_zone):%Y-%m-%d %H:%M:%S}" if standing.as_of else "-"
        sums_here = _sums(sum_of.get(standing.district))
        counts = (sums_here["registrations"], sums_here["certified_minutes"], standing.parked, standing.quarantined)
        table.add_row(standing.district, standing.name, _said(standing), as_of, *map(str, counts))
    Console().print(table)
    Console().print(f"{everything.people} people, {everything.registrations} registrations, {everything.hours.minutes} minutes")


@main.group()
def parked() -> None:
    """Look at what districts said and could not be applied here."""


@parked.command("list")
def list_parked() -> None:
    """Show each parked event with its reason."""
    with hub() as (session, _):
        table = Table("Stream", "Sequence", "Type", "Record", "Reason")
        record = mailbox.ParkedRecord
        for held in session.scalars(select(record).order_by(record.stream, record.epoch, record.sequence)):
            table.add_row(held.stream, str(held.sequence), held.type, held.record_key, held.reason)
    Console().print(table)


@parked.command("retry")
@click.argument("code")
def retry_parked(code: str) -> None:
    """Apply what is parked of the district CODE again, for instance after an upgrade."""
    with hub() as (session, settings):
        if session.get(District, code) is None:
            raise NotFound(f"No district {code} takes part; banyan-hub district list shows those that do.")
        done = open_inbox(settings).retry(session, streams.up(code))
        session.commit()
    click.echo(f"{done} parked events went through.")


def _sums(of: totals.City | totals.DistrictSum | None) -> dict[str, int]:
    if of is None:
        return {"registrations": 0, "certified_entries": 0, "certified_minutes": 0}
    return {"registrations": of.registrations, "certified_entries": of.hours.entries, "certified_minutes": of.hours.minutes}


def _said(standing: Standing) -> str:
    return _STATES[standing.state].format(parked=standing.parked, behind=standing.behind)


def _plain(standing: Standing) -> dict[str, object]:
    known = asdict(standing) | {"state": standing.state, "equal": standing.equal, "behind": standing.behind}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in known.items()}
