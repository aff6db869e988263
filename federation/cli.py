"""What can the hub's operator tell the program to do?"""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import rich_click as click
from rich.table import Table
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from federation import mailbox
from federation.accounts import security_events
from federation.accounts.account_commands import account_group
from federation.accounts.commands import steward_group
from federation.accounts.log_commands import security_log
from federation.accounts.sending.delivering import Delivering
from federation.directory import asking
from federation.directory.commands import broker_group, district_group, invitation_group, invite_command
from federation.directory.enrolling import enrol
from federation.directory.keys import DistrictKeys
from federation.directory.proof import proof_of
from federation.directory.standing import Standing, StandingState, standings
from federation.errors import FederationError
from federation.identity.commands import identity_group
from federation.identity.key_commands import federation_group, note_field_rotation, token_group
from federation.identity.link_commands import link_command
from federation.identity.matching_commands import matching_group
from federation.identity.resealing import STOCKS
from federation.intake import open_inbox
from federation.ledger import totals
from federation.ledger.commands import volunteer_command
from federation.ledger.person_commands import person_group
from federation.migrations import MIGRATIONS
from federation.operating import hub
from federation.people.staff_commands import staff_group
from federation.settings import Settings, read_settings
from federation.sso.commands import client_group
from federation.sso.forgetting import forget
from federation.sso.keys.commands import signing_key_group
from federation.sso.keys.models import SigningKey
from federation.sso.logout.telling import Telling
from sync import streams
from sync.databases.resealing import Stock
from sync.messages import signing
from sync.programs.commands import command_group
from sync.programs.field_keys import field_group
from sync.programs.printing import show
from sync.programs.program import Participant, Program
from sync.programs.terminal import held_tables, plain, tables, written

_SIGNING_KEYS = Stock.of("keys that sign sign-ins", SigningKey.sealed_private_jwk)


def _participant(settings: Settings, sessions: "sessionmaker[Session]") -> Participant:
    return Participant(
        party=streams.HUB,
        log=mailbox.log,
        recovery=mailbox.recovery,
        inbox=open_inbox(settings),
        keys=DistrictKeys,
        incarnation=mailbox.incarnation,
        tidy=lambda session: _tidy(session, settings),
        errands=(Telling(settings, sessions), Delivering(settings, sessions)),
    )


def _tidy(session: Session, settings: Settings) -> None:
    at = datetime.now(UTC)
    forget(session, at=at)
    security_events.forget(session, days=settings.security_days, at=at)


PROGRAM = Program(
    name="banyan-hub",
    read_settings=read_settings,
    migrations=MIGRATIONS,
    refusals=(FederationError,),
    application="federation.app:create_app()",
    participant=_participant,
    key_commands=(token_group, federation_group, field_group((*STOCKS, _SIGNING_KEYS), hub, note=note_field_rotation)),
    shares=True,
)

_STATES = {
    StandingState.FORKED: "two histories",
    StandingState.PARKED: "{parked} parked",
    StandingState.DIFFERS: "records differ",
    StandingState.RECOVERING: "recovering",
    StandingState.SILENT: "silent",
    StandingState.BEHIND: "behind by {behind}",
    StandingState.UNHEARD: "not heard yet",
    StandingState.EQUAL: "equal",
    StandingState.SUSPENDED: "suspended",
    StandingState.LEFT: "has left",
}
"""Each standing in a word or two."""

main = command_group(
    PROGRAM,
    "Run the hub: one volunteer ID and one sum of hours for all districts.\n\n"
    "A first day: keys create FILE · db upgrade · signing-key create · invite CODE --name NAME --region CODE · web · sync",
)
_ABOUT_DISTRICTS = (invite_command, invitation_group, district_group, broker_group)
_ABOUT_PERSONS = (volunteer_command, person_group, identity_group, steward_group, staff_group, link_command, matching_group)
_ABOUT_SIGNING_IN = (client_group, signing_key_group, account_group, security_log)
for command in (*_ABOUT_DISTRICTS, *_ABOUT_PERSONS, *_ABOUT_SIGNING_IN):
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
@click.argument("code", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def status(code: str | None, as_json: bool) -> None:
    """Show the city's sums, and for each district whether the hub has all that was recorded there, and as of when.

    With CODE: all that shows how far the hub and this district are alike.
    """
    if code is not None:
        _show_proof(code, as_json)
        return
    with hub() as (session, settings):
        found = sorted(standings(session, at=datetime.now(UTC)), key=lambda standing: standing.state.urgency)
        everything, sums = totals.city(session), totals.by_district(session)
    sum_of = {found_sum.district: found_sum for found_sum in sums}
    if as_json:
        districts = [_plain(standing) | _sums(sum_of.get(standing.district)) for standing in found]
        city = {"people": everything.people, **_sums(everything), "districts": districts}
        click.echo(json.dumps(city, ensure_ascii=False, default=str))
        return
    # No more than a terminal of 80 columns has room for; the rest of a district is a command away.
    table = Table("District", "State", "As of", "Registrations", "Certified minutes")
    for standing in found:
        sums_here = _sums(sum_of.get(standing.district))
        table.add_row(
            f"{standing.name} {standing.district}",
            _said(standing),
            written(standing.as_of, settings.time_zone),
            *(str(sums_here[name]) for name in ("registrations", "certified_minutes")),
        )
    people = f"{everything.people} people, {everything.registrations} registrations, {everything.hours.minutes} minutes"
    show(table, people)


@main.command()
@click.argument("code")
def compare(code: str) -> None:
    """Have the records of the district CODE compared with the hub's, and what differs mended. Needs sync on both sides."""
    with hub() as (session, settings):
        asking.compare(session, code, inbox=open_inbox(settings))
        session.commit()
    click.echo(f"With the next beacon of {code} the records are compared. banyan-hub status {code} shows the outcome.")


@main.command()
@click.argument("code")
def replay(code: str) -> None:
    """Ask the district CODE for what is missing here, and send it everything of this epoch again. It changes nothing twice."""
    with hub() as (session, settings):
        asking.replay(session, code, inbox=open_inbox(settings))
        session.commit()
    click.echo(f"With its next beacon {code} is asked for what is missing; what the hub said is on its way again.")


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
    show(table)


@parked.command("retry")
@click.argument("code")
def retry_parked(code: str) -> None:
    """Apply what is parked of the district CODE again, for instance after an upgrade."""
    with hub() as (session, settings):
        done = asking.retry(session, code, inbox=open_inbox(settings))
        session.commit()
    click.echo(f"{done} parked events went through.")


def _sums(of: totals.City | totals.DistrictSum | None) -> dict[str, int]:
    if of is None:
        return {"registrations": 0, "certified_entries": 0, "certified_minutes": 0}
    return {"registrations": of.registrations, "certified_entries": of.hours.entries, "certified_minutes": of.hours.minutes}


def _said(standing: Standing) -> str:
    said = _STATES[standing.state].format(parked=standing.parked, behind=standing.behind)
    return f"{said}, {standing.quarantined} quarantined" if standing.quarantined else said


def _plain(standing: Standing) -> dict[str, object]:
    named = {"state": standing.state, "since": standing.since, "equal": standing.equal, "behind": standing.behind}
    known = asdict(standing) | named
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in known.items()}


def _show_proof(code: str, as_json: bool) -> None:
    with hub() as (session, settings):
        proof = proof_of(session, code, at=datetime.now(UTC))
    if as_json:
        shown = asdict(proof) | {"standing": _plain(proof.standing)}
        click.echo(json.dumps(shown, ensure_ascii=False, default=plain))
        return
    show(
        f"{proof.standing.name}: {_said(proof.standing)}",
        *tables(proof.said, proof.said_sums, proof.told, proof.told_sums, time_zone=settings.time_zone),
        *held_tables(proof.parked, proof.refused, time_zone=settings.time_zone),
    )
