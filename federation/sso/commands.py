"""How does the hub's operator let programs send people here to sign in?"""

import json
from datetime import UTC, datetime
from pathlib import Path

import rich_click as click
from rich.markup import escape
from rich.table import Table
from sqlalchemy import select

from federation.clients import registering
from federation.clients.models import Algorithm, Authentication, Client
from federation.errors import Invalid
from federation.operating import hub, operator
from federation.sso.logout.parting import sign_everybody_out
from sync.programs.printing import show

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group("client")
def client_group() -> None:
    """Look after the programs that send people here to sign in. A district's own comes with the district by itself."""


@client_group.command("add")
@click.argument("client_id")
@click.option("--name", required=True, help="What people call the program.")
@click.option("--redirect", "redirects", required=True, multiple=True, help="Where people come back to; may be given again.")
@click.option("--signed-out", "signed_out", multiple=True, help="Where people may go after signing out; may be given again.")
@click.option("--back-channel", help="Where the hub tells the program that somebody has signed out.")
@click.option(
    "--keys", "keys_file", type=_FILE, help="A file with its public keys (a JSON Web Key Set); else it gets a secret."
)
@click.option("--scopes", default="openid profile", show_default=True, help="What of a person it may ask for.")
@click.option("--algorithm", type=click.Choice([one.value for one in Algorithm]), default="RS256", show_default=True)
@click.option("--district", help="The code of the district whose program it is.")
@click.option("--first-party", is_flag=True, help="It is the city's own: people are not asked whether it may know them.")
@click.option("--without-pkce", is_flag=True, help="For tests of the protocol alone; needs BANYAN_TEST_CLIENTS.")
def add(
    client_id: str,
    *,
    name: str,
    redirects: tuple[str, ...],
    signed_out: tuple[str, ...],
    back_channel: str | None,
    keys_file: Path | None,
    scopes: str,
    algorithm: str,
    district: str | None,
    first_party: bool,
    without_pkce: bool,
) -> None:
    """Let the program CLIENT_ID (a kind and a name, such as app:library) send people here, or change what is known of it.

    Prints a secret, this once only, unless the program has keys of its own.

    Example: banyan-hub client add app:library --name 图书馆 --redirect https://library.example/callback
    """
    secret = None if keys_file else registering.new_secret()
    with hub() as (session, settings):
        if without_pkce and not settings.test_clients:
            raise Invalid("Every client binds its codes to itself (PKCE). For tests, set BANYAN_TEST_CLIENTS.", field="pkce")
        registering.register_client(
            session,
            client_id,
            name=name,
            redirect_uris=redirects,
            post_logout_redirect_uris=signed_out,
            backchannel_logout_uri=back_channel,
            authentication=Authentication.PRIVATE_KEY_JWT if keys_file else Authentication.CLIENT_SECRET_BASIC,
            jwks=_read(keys_file) if keys_file else None,
            secret=secret,
            scopes=scopes,
            id_token_algorithm=Algorithm(algorithm),
            district=district,
            first_party=first_party,
            pkce_required=not without_pkce,
            at=datetime.now(UTC),
        )
        session.commit()
    click.echo(f"{name} may send people here.", err=True)
    if secret:
        click.echo("Its secret is shown once:", err=True)
        click.echo(secret)


@client_group.command("list")
def list_clients() -> None:
    """Show every client, how it shows that it is itself, and where people come back to."""
    with hub() as (session, _):
        table = Table("Client", "Name", "Open", "Proves itself by", "Scopes", "People come back to")
        for client in session.scalars(select(Client).order_by(Client.client_id)):
            is_open = "yes" if client.disabled_at is None else "no"
            table.add_row(
                client.client_id,
                escape(client.name),
                is_open,
                client.authentication,
                client.scopes,
                "\n".join(client.redirect_uris),
            )
    show(table)


@client_group.command("disable")
@click.argument("client_id")
def disable(client_id: str) -> None:
    """Let nobody sign in by way of CLIENT_ID any more; its tokens open nothing from now on."""
    with hub() as (session, _):
        registering.client_called(session, client_id).disable(at=datetime.now(UTC))
        session.commit()
    click.echo(f"{client_id} is disabled. It opens again with: banyan-hub client enable {client_id}")


@client_group.command("enable")
@click.argument("client_id")
def enable(client_id: str) -> None:
    """Let people sign in by way of the disabled CLIENT_ID again."""
    with hub() as (session, _):
        registering.client_called(session, client_id).enable()
        session.commit()
    click.echo(f"People sign in by way of {client_id} again.")


@client_group.command("sign-out")
@click.argument("client_id")
@click.confirmation_option(prompt="Everybody has to come to this program by way of the hub again. Go on?")
def sign_out(client_id: str) -> None:
    """End everybody's sign-ins at CLIENT_ID, with every code and token that it holds, and tell it so.

    People stay signed in at the hub: where the program is not disabled, they are in again with their next visit.
    """
    with hub() as (session, _):
        client = registering.client_called(session, client_id)
        ended = sign_everybody_out(session, client, by=operator(), at=datetime.now(UTC))
        session.commit()
    click.echo(f"{ended} sign-ins at {client_id} are ended.")


def _read(file: Path) -> dict[str, object] | None:
    try:
        read = json.loads(file.read_bytes())
    except ValueError:
        return None
    return read if isinstance(read, dict) else None
