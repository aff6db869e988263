"""How does an operator make this district part of a federation?"""

import shlex
import sys
from pathlib import Path

import rich_click as click

from sync.invitation import read_invitation
from tenants.joining.writing import ENVIRONMENT_FILE, SettingsFolder


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
def join_command(invitation: str, folder: Path | None, database_url: str | None) -> None:
    """Join the federation with the line INVITATION that the hub's operator handed over (- reads it from standard input).

    Makes this district's keys, tells the hub the public one, checks what the hub answers, and writes all settings. If it is
    interrupted, run the same again.
    """
    # Only here: what asks the hub is a third of what every other command would take to start.
    from tenants.joining.asking import ask  # noqa: PLC0415

    invited = read_invitation(sys.stdin.read() if invitation == "-" else invitation)
    place = SettingsFolder(folder or Path(invited.district))
    given = ask(invited, place.signing_key())
    place.write(given, database_url=database_url)
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
