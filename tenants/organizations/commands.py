"""How does an operator arrange the district's organizations?"""

import rich_click as click
from rich.tree import Tree
from sqlalchemy import select

from sync.programs.printing import show
from tenants.operating import district
from tenants.organizations.arranging import add_organization, move_organization, organization_named, root
from tenants.organizations.finding import tree_of
from tenants.organizations.models import Organization, OrganizationKind

_ADDED = [kind.value for kind in OrganizationKind if kind is not OrganizationKind.DISTRICT]


@click.group("organization")
def organization_group() -> None:
    """Arrange streets, communities, teams and sectors. Imports add those that their rows name.

    A street stands below the district, a community below a street, and a team below any of them. A sector, such as 医疗, stands
    beside the areas, below the district or another sector; teams of every area can serve in it. Roles and sums reach from an
    organization to everything below it, in both lines.

    Where several organizations share a name, say which one is meant by what it stands below: 福田街道/福山社区
    """


@organization_group.command("add")
@click.argument("name")
@click.option("--kind", required=True, type=click.Choice(_ADDED), help="What it is.")
@click.option("--below", help="The organization that it belongs to; the district itself by default.")
@click.option("--sector", help="The sector that it serves in, beside its place.")
@click.option("--credit-code", help="Its unified social credit code (GB 32100), where it is registered as a legal person.")
def add(name: str, kind: str, below: str | None, sector: str | None, credit_code: str | None) -> None:
    """Add the organization NAME, and tell the hub.

    Example: banyan-district organization add 导诊队 --kind team --below 福山社区 --sector 医疗
    """
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


@organization_group.command("move")
@click.argument("name")
@click.option("--below", help="The organization that it belongs to from now on.  [default: as before]")
@click.option("--sector", help="The sector that it serves in from now on.  [default: as before]")
@click.option("--no-sector", is_flag=True, help="Take it out of its sector.")
def move(name: str, below: str | None, sector: str | None, no_sector: bool) -> None:
    """Move the organization NAME, with everything below it, to another place in the tree, and tell the hub.

    Its volunteers and hours stay with it; from now on they are seen by those whose roles are valid at the new place.

    Example: banyan-district organization move 导诊队 --below 莲花街道
    """
    if not (below or sector or no_sector) or (sector and no_sector):
        raise click.UsageError("Say where it belongs: --below and --sector or --no-sector.")
    with district() as (session, settings):
        moved = organization_named(session, name)
        parent = organization_named(session, below) if below else moved.parent or root(session)
        to_sector = organization_named(session, sector) if sector else None if no_sector else moved.sector
        move_organization(session, moved, district=settings.district, parent=parent, sector=to_sector)
        session.commit()
        places = [f"below {parent.name}"] + ([f"in the sector {to_sector.name}"] if to_sector else [])
        click.echo(f"{moved.name} stands {' and '.join(places)} now.")


@organization_group.command("list")
def list_organizations() -> None:
    """Show the tree of organizations."""
    with district() as (session, _):
        branches: dict[int, Tree] = {}
        for placed in tree_of(session, list(session.scalars(select(Organization.id)))):
            label = f"{placed.organization.name} ({placed.organization.kind})"
            branches[placed.depth] = branches[placed.depth - 1].add(label) if placed.depth else Tree(label)
        top = branches.get(0)
    show(top if top else "This district is not set up yet. Run: banyan-district setup")
