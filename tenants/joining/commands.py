"""How does an operator make this district part of a federation, and keep its key fresh?"""

import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path

import rich_click as click

from sync.joining.invitation import read_invitation
from sync.keys.rotating import GRACE, Agreed
from sync.settings import web_address
from tenants.joining.rotating import rotate
from tenants.joining.writing import ENVIRONMENT_FILE, SettingsFolder
from tenants.operating import district


@click.command("join")
@click.argument("invitation")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the settings and keys shall be; a new folder called as the district by default.",
)
@click.option(
    "--database-url",
    envvar="BANYAN_DATABASE_URL",
    help="postgresql+psycopg://…; by default an SQLite file in that folder. Better given in the environment than typed.",
)
@click.option(
    "--public-url",
    envvar="BANYAN_PUBLIC_URL",
    type=web_address,
    help="https://…, where people will find this district's pages: they sign in there with the ID that they have in the city.",
)
def join_command(invitation: str, folder: Path | None, database_url: str | None, public_url: str | None) -> None:
    """Join the federation with the line INVITATION that the hub's operator handed over (- reads it from standard input).

    Makes this district's keys, tells the hub the public one, checks what the hub answers, and writes all settings. If it is
    interrupted, run the same again.
    """
    # Only here: what asks the hub is a third of what every other command would take to start.
    from tenants.joining.asking import ask  # noqa: PLC0415

    invited = read_invitation(sys.stdin.read() if invitation == "-" else invitation)
    place = SettingsFolder(folder or Path(invited.district))
    given = ask(invited, place.signing_key())
    place.write(given, database_url=database_url, public_url=public_url)
    environment = shlex.quote(str(place.path / ENVIRONMENT_FILE))
    click.echo(
        f"{given.name} takes part as {given.district}. Its settings and keys are in {place.path}, readable for you alone.\n"
        "Keep a copy of field-keys and signing-key.jwk apart from the backup of the database.\n\n"
        "Next:\n"
        f"  set -a; . {environment}; set +a\n"
        "  banyan-district setup\n"
        "  banyan-district staff add NAME --name NAME --role coordinator\n"
        "  banyan-district web\n"
        "  banyan-district sync"
    )


@click.command("rotate")
def rotate_command() -> None:
    """Let this district sign with a new key, while it goes on. Run it again to see how far that is.

    The new key is written beside the old one (FILE.next) and the hub is told. When the hub has said that it takes the new
    key, the running sync exchanges the files and signs with it; the old one (FILE.old) counts for another day. It must be in a
    file of its own folder, named by BANYAN_SIGNING_KEY_FILE. Where the key was lost or stolen, this is not enough: make
    another with keys create, and have the hub's operator add it and withdraw the old one.
    """
    with district() as (session, settings):
        progress = rotate(session, settings, at=datetime.now(UTC))
        session.commit()
    said = _PROGRESS[progress.agreed].format(key=progress.key_id)
    if progress.exchanged_at is not None:
        until = (progress.exchanged_at + GRACE).astimezone(settings.time_zone)
        said += f" The one before it is kept until {until:%Y-%m-%d %H:%M}; after that there can be another rotation."
    click.echo(said)


_PROGRESS = {
    Agreed.SETTLED: "The key in use is {key}.",
    Agreed.WAITING: (
        "The key {key} waits to follow, and the hub was told. Leave sync running: it begins to sign with it when the hub has "
        "answered. Run this again to see how far it is."
    ),
    Agreed.TAKEN: "The hub takes the key {key}. The running sync begins to sign with it in a moment.",
    Agreed.ENDED: (
        "The hub takes neither the key in use nor the key {key}, which waits. Have its operator add one: "
        "banyan-hub district key add. The public half is printed by banyan-district keys show."
    ),
}
