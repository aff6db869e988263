"""How does an operator arrange the district's organizations?"""

import rich_click as click
from rich.console import Console
from rich.tree import Tree
from sqlalchemy import select

from tenants.operating import district
from tenants.organizations.arranging import add_organization, organization_named, root
from tenants.organizations.finding import tree_of
from tenants.organizations.models import Organization, OrganizationKind

_ADDED = [kind.value for kind in OrganizationKind if kind is not OrganizationKind.DISTRICT]


@click.group("organization")
def organization_group() -> None:
    """Arrange streets, communities, teams and sectors. Imports add those that their rows name."""


@organization_group.command("add")
@click.argument("name")
@click.option("--kind", required=True, type=click.Choice(_ADDED), help="What it is.")
@click.option("--below", help="The organization that it belongs to; the district itself by default.")
@click.option("--sector", help="The sector that it serves in, beside its place.")
@click.option("--credit-code", help="Its unified social credit code (GB 32100), where it is registered as a legal person.")
def add(name: str, kind: str, below: str | None, sector: str | None, credit_code: str | None) -> None:
    """Add the organization NAME, and tell the hub."""
    with district() as (session, settings):
        add_organization(
            session,
            district=settings.district,
            kind=OrganizationKind(kind),
            name=name,
            parent=organization_named(session, below) if below else root(session),
            sector=organization_named(session, sector) if sector else None,
            credit_code=credit_code,
        )
        session.commit()
    click.echo(f"{name} is a {kind} of the district now.")


@organization_group.command("list")
def show() -> None:
    """Show the tree of organizations."""
    with district() as (session, _):
        branches: dict[int, Tree] = {}
        for placed in tree_of(session, list(session.scalars(select(Organization.id)))):
            label = f"{placed.organization.name} ({placed.organization.kind})"
            branches[placed.depth] = branches[placed.depth - 1].add(label) if placed.depth else Tree(label)
        top = branches.get(0)
    Console().print(top if top else "This district is not set up yet. Run: banyan-district setup")
