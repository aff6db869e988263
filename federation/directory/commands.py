"""How does an operator let districts in, and have their part rest or end?"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import rich_click as click
from rich.table import Table
from sqlalchemy import select
from sqlalchemy.orm import Session

from federation.broker import management
from federation.broker.definitions import definitions, virtual_host
from federation.directory import inviting, keeping_keys, taking_part
from federation.directory.bus_accounts import accounts
from federation.directory.models import District, DistrictKey
from federation.errors import NotPrepared
from federation.operating import hub, operator
from federation.settings import Settings
from sync.addresses import account_name, has_accounts
from sync.joining.invitation import write_invitation
from sync.messages import signing
from sync.programs.printing import show

_REASON = click.option("--reason", required=True, help="Why; the district is told, and it stays on record.")


@click.command("invite")
@click.argument("code")
@click.option("--name", required=True, help="What people call the district.")
@click.option("--region", required=True, help="Its number in GB/T 2260, six digits.")
@click.option(
    "--days", default=inviting.LIFETIME.days, show_default=True, type=click.IntRange(1, 90), help="How long it counts."
)
def invite_command(code: str, name: str, region: str, days: int) -> None:
    """Print what lets the district CODE join, once. An earlier invitation of the same code is withdrawn.

    Hand the line over on a way that both trust: whoever has it can join in the district's place.
    """
    with hub() as (session, settings):
        invitation = inviting.invite(
            session,
            code,
            name=name,
            region_code=region,
            settings=settings,
            by=operator(),
            at=datetime.now(UTC),
            lifetime=timedelta(days=days),
        )
        _arrange_broker(session, settings)
        session.commit()
        expires_at = invitation.expires_at.astimezone(settings.time_zone)
    click.echo(f"{name} joins with this line until {expires_at:%Y-%m-%d %H:%M}: banyan-district join INVITATION", err=True)
    click.echo(write_invitation(invitation))


@click.group("invitations")
def invitation_group() -> None:
    """Look at invitations that nobody has used, and withdraw them."""


@invitation_group.command("list")
def list_invitations() -> None:
    """Show every open invitation."""
    with hub() as (session, settings):
        table = Table("Code", "Name", "Region", "Invited by", "Until")
        for one in inviting.open_invitations(session, at=datetime.now(UTC)):
            until = one.expires_at.astimezone(settings.time_zone)
            table.add_row(one.district, one.name, one.region_code, one.invited_by, f"{until:%Y-%m-%d %H:%M}")
    show(table)


@invitation_group.command("withdraw")
@click.argument("code")
def withdraw_invitation(code: str) -> None:
    """Let nobody join with the open invitation of CODE."""
    with hub() as (session, settings):
        inviting.withdraw(session, code, at=datetime.now(UTC))
        if settings.joining.broker_url:
            management.remove_account(settings.joining.broker_url, code)
        session.commit()
    click.echo(f"The invitation of {code} is withdrawn.")
    if has_accounts(settings.wire.bus_url) and not settings.joining.broker_url:
        click.echo(f"Run beside the broker: rabbitmqctl delete_user {account_name(code)}", err=True)


@click.group("district")
def district_group() -> None:
    """Let districts take part, rest, or leave."""


@district_group.command("list")
def list_districts() -> None:
    """Show every district, and why one does not take part."""
    with hub() as (session, settings):
        table = Table("Code", "Name", "Region", "State", "Since", "Reason", "By")
        for found in session.scalars(select(District).order_by(District.code)):
            newest = found.changes[-1] if found.changes else None
            since = (newest.changed_at if newest else found.joined_at).astimezone(settings.time_zone)
            why = (newest.reason, newest.changed_by) if newest else ("", "")
            table.add_row(found.code, found.name, found.region_code, found.state, f"{since:%Y-%m-%d}", *why)
    show(table)


@district_group.command("suspend")
@click.argument("code")
@_REASON
def suspend(code: str, reason: str) -> None:
    """Refuse what the district CODE says from now on. What it has said stays, and it can resume."""
    with hub() as (session, _):
        district = taking_part.suspend(session, code, reason=reason, by=operator(), at=datetime.now(UTC))
        session.commit()
        click.echo(f"{district.name} is suspended. What it says is refused until banyan-hub district resume {code}.")


@district_group.command("resume")
@click.argument("code")
@_REASON
def resume(code: str, reason: str) -> None:
    """Hear the suspended district CODE again. What it recorded meanwhile comes by itself."""
    with hub() as (session, _):
        district = taking_part.resume(session, code, reason=reason, by=operator(), at=datetime.now(UTC))
        session.commit()
        click.echo(f"{district.name} takes part again.")


@district_group.command("leave")
@click.argument("code")
@_REASON
@click.option("--unfinished", is_flag=True, help="Even where the hub does not have everything that was recorded there.")
@click.confirmation_option(prompt="There is no way back. Close this district's part for good?")
def leave(code: str, reason: str, unfinished: bool) -> None:
    """End the part of the district CODE for good. The hours and volunteer IDs of its people stay."""
    with hub() as (session, settings):
        act_at = datetime.now(UTC)
        district = taking_part.leave(session, code, reason=reason, by=operator(), at=act_at, unfinished=unfinished)
        _arrange_broker(session, settings)
        session.commit()
        click.echo(f"{district.name} has left. Its code and its volunteers' IDs are nobody else's.")


@district_group.group("key")
def key_group() -> None:
    """Look after the keys by which a district signs. It rotates its key by itself; a lost or stolen one needs you."""


@key_group.command("list")
@click.argument("code")
def list_keys(code: str) -> None:
    """Show every key of the district CODE, from when until when it counts, and who changed that last and why."""
    at = datetime.now(UTC)
    with hub() as (session, settings):
        table = Table("Key", "From", "Until", "Days old", "Counts", "Changed by", "Reason")
        for key in keeping_keys.keys_of(session, code):
            table.add_row(key.key_id, *_period(key, settings), str((at - key.not_before).days), *_outcome(key, at))
    show(table)


@key_group.command("add")
@click.argument("code")
@click.option(
    "--key",
    "key_file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file with the public key that the district printed with: banyan-district keys show",
)
@click.option("--reason", required=True, help="Why; it stays on record.")
def add_key(code: str, key_file: Path, reason: str) -> None:
    """Let the district CODE sign with another key, for instance because it lost its own.

    Be sure that the key is the district's: it came on a way that both trust, or its operator read the ID to you. The keys
    before it end a day after the district has begun to sign with it; withdraw one at once that may be in strange hands.
    """
    key = signing.read_key(key_file.read_bytes())
    with hub() as (session, _):
        added = keeping_keys.add(session, code, key, reason=reason, by=operator(), at=datetime.now(UTC))
        session.commit()
        click.echo(f"What {code} signs with the key {added.key_id} is taken from now on.")


@key_group.command("withdraw")
@click.argument("code")
@click.argument("key_id")
@click.option("--reason", required=True, help="Why; it stays on record.")
def withdraw_key(code: str, key_id: str, reason: str) -> None:
    """Refuse from now on what is signed with the key KEY_ID of the district CODE. It never comes back.

    Write -- before CODE where KEY_ID begins with a hyphen.
    """
    at = datetime.now(UTC)
    with hub() as (session, _):
        keeping_keys.withdraw(session, code, key_id, reason=reason, by=operator(), at=at)
        session.commit()
        others = any(key.counts(at) for key in keeping_keys.keys_of(session, code))
    click.echo(f"What {code} signs with the key {key_id} is refused from now on.")
    if not others:
        click.echo(f"{code} has no key left and is not heard until: banyan-hub district key add {code} --key FILE", err=True)


@click.group("broker")
def broker_group() -> None:
    """Tell RabbitMQ which districts there are. With BANYAN_BROKER_URL set, inviting and leaving do it by themselves."""


@broker_group.command("definitions")
def print_definitions() -> None:
    """Print what the broker must hold, with hashed passwords: rabbitmqctl import_definitions FILE takes it."""
    with hub() as (session, settings):
        click.echo(json.dumps(_definitions(session, settings), indent=2))


@broker_group.command("declare")
def declare() -> None:
    """Make it so through the management API. What is there already stays; safe to repeat, and after a broker was lost."""
    with hub() as (session, settings):
        if settings.joining.broker_url is None:
            raise NotPrepared("Set BANYAN_BROKER_URL, or take the other way: banyan-hub broker definitions")
        _arrange_broker(session, settings)
    click.echo("The broker knows every district.")


def _period(key: DistrictKey, settings: Settings) -> tuple[str, str]:
    moments = (key.not_before, key.not_after)
    began, ends = (moment and f"{moment.astimezone(settings.time_zone):%Y-%m-%d %H:%M}" for moment in moments)
    return began or "", ends or "-"


def _outcome(key: DistrictKey, at: datetime) -> tuple[str, str, str]:
    newest = key.changes[-1] if key.changes else None
    return ("yes" if key.counts(at) else "no", *((newest.changed_by, newest.reason) if newest else ("", "")))


def _arrange_broker(session: Session, settings: Settings) -> None:
    """Tells the broker what is about to be committed, or the operator how to tell it."""
    session.flush()
    if not has_accounts(settings.wire.bus_url):
        return
    if settings.joining.broker_url:
        management.import_definitions(settings.joining.broker_url, _definitions(session, settings))
        return
    click.echo(
        "The broker must learn of this, for BANYAN_BROKER_URL is not set. Run here, and then beside the broker:\n"
        "  banyan-hub broker definitions > definitions.json\n"
        "  rabbitmqctl import_definitions definitions.json",
        err=True,
    )


def _definitions(session: Session, settings: Settings) -> dict[str, object]:
    held = accounts(session, cipher=settings.field_cipher)
    return definitions(held, virtual_host=virtual_host(settings.wire.bus_url))
