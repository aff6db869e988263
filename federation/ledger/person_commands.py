"""What can the hub's operator do about who is who, and see of the hours that are counted elsewhere then?"""

from datetime import UTC, datetime

import rich_click as click
from rich.console import Console
from rich.table import Table
from sqlalchemy.orm import Session

from federation.identity.history.reading import history_of
from federation.identity.merging.members import find_person
from federation.identity.merging.previewing import Preview, preview_merge, preview_split
from federation.identity.merging.separating import keep_apart, let_together
from federation.identity.merging.splitting import split
from federation.identity.merging.undoing import undo
from federation.identity.stewarding.deciding import merge_or_propose
from federation.ledger.totals import of_registrations
from federation.operating import hub, operator

_REASON = click.option("--reason", required=True, help="Why, without names; it stays in the history.")
_DRY_RUN = click.option("--dry-run", is_flag=True, help="Only show what would change.")


@click.group("person")
def person_group() -> None:
    """Look at a person's volunteer IDs, and mend who is who. A person's number is the ID's 14 digits, an alias as well."""


@person_group.command("show")
@click.argument("volunteer_id")
def show(volunteer_id: str) -> None:
    """Show under which ID a person is known, with all registrations, aliases, and what has happened to them."""
    with hub() as (session, settings):
        person = find_person(session, volunteer_id, settings=settings)
        hours = of_registrations(session, person.registration_ids)
        registrations = Table("Registration", "District", "Linked", "By", "Verified", "Entries", "Minutes")
        for member in person.members:
            link = member.link
            sums = hours[link.registration_id]
            said = (link.registration_id, member.district, link.reason, link.by, "yes" if link.verified else "no")
            registrations.add_row(*said, str(sums.entries), str(sums.minutes))
        history = Table("Number", "What", "Registration", "By", "When")
        for event in history_of(session, [person.volunteer_id, *person.aliases]):
            at = event.at.astimezone(settings.time_zone)
            history.add_row(str(event.number), event.type, event.registration_id or "", event.by, f"{at:%Y-%m-%d %H:%M}")
    Console().print(f"{person.volunteer_id}, also known as: {', '.join(person.aliases) or 'nothing else'}")
    Console().print(registrations)
    Console().print(history)


@person_group.command("merge")
@click.argument("one")
@click.argument("other")
@_REASON
@click.option("--despite-documents", is_flag=True, help="Although two resident identity numbers are named.")
@_DRY_RUN
def merge_command(one: str, other: str, reason: str, despite_documents: bool, dry_run: bool) -> None:
    """Make one person of those with the IDs ONE and OTHER. The ID that was issued first stays; the other leads to it."""
    with hub() as (session, settings):
        _print(session, preview_merge(session, one, other, settings=settings))
        if dry_run:
            return
        review = merge_or_propose(
            session,
            one,
            other,
            reason=reason,
            settings=settings,
            by=operator(),
            at=datetime.now(UTC),
            despite_documents=despite_documents,
        )
        session.commit()
        waits = review and f"Somebody has verified both before: a second steward has to agree, in review {review.number}."
    click.echo(waits or "They are one person now.")


@person_group.command("split")
@click.argument("volunteer_id")
@click.argument("registrations", nargs=-1, required=True)
@_REASON
@_DRY_RUN
def split_command(volunteer_id: str, registrations: tuple[str, ...], reason: str, dry_run: bool) -> None:
    """Say that REGISTRATIONS are of somebody else than the rest of this person's. Each returns to its own ID."""
    with hub() as (session, settings):
        _print(session, preview_split(session, volunteer_id, registrations, settings=settings))
        if dry_run:
            return
        act = split(session, volunteer_id, registrations, reason=reason, settings=settings, by=operator(), at=datetime.now(UTC))
        session.commit()
    click.echo(f"They are split. To take it back: banyan-hub person undo {act}")


@person_group.command("undo")
@click.argument("act", type=int)
def undo_command(act: int) -> None:
    """Take back the merge, split or decision with the number ACT; the history of a person has the numbers."""
    with hub() as (session, _):
        undo(session, act, by=operator(), at=datetime.now(UTC))
        session.commit()
    click.echo(f"Act {act} is taken back.")


@person_group.command("apart")
@click.argument("one")
@click.argument("other")
@_REASON
def apart_command(one: str, other: str, reason: str) -> None:
    """Say that the registrations ONE and OTHER are of different people, so that no machine links them."""
    with hub() as (session, _):
        keep_apart(session, one, other, reason=reason, by=operator(), at=datetime.now(UTC))
        session.commit()
    click.echo("No machine will link these two.")


@person_group.command("together")
@click.argument("one")
@click.argument("other")
@_REASON
def together_command(one: str, other: str, reason: str) -> None:
    """Take back that the registrations ONE and OTHER are of different people. It merges nobody."""
    with hub() as (session, _):
        let_together(session, one, other, reason=reason, by=operator(), at=datetime.now(UTC))
        session.commit()
    click.echo("These two may be of one person again.")


def _print(session: Session, preview: Preview) -> None:
    """What would change, with the hours that hang on what moves; they stay where they are."""
    hours = of_registrations(session, [move.registration_id for move in preview.moves])
    table = Table("Registration", "District", "Comes under", "Entries", "Minutes")
    for move in preview.moves:
        sums = hours[move.registration_id]
        table.add_row(move.registration_id, move.district, move.to or "a new ID", str(sums.entries), str(sums.minutes))
    Console().print(table)
    told = (
        ("Will lead elsewhere", preview.aliases),
        ("Will be somebody's own again", preview.own_again),
        ("Districts that are told", preview.districts_told),
    )
    for words, ids in told:
        if ids:
            click.echo(f"{words}: {', '.join(ids)}")
    known = (
        (preview.documents_differ, "They name two different resident identity numbers."),
        (preview.are_told_apart, "Somebody decided that they are different people."),
        (preview.needs_two, "Somebody has verified both: two stewards have to agree."),
    )
    for holds, sentence in known:
        if holds:
            click.echo(sentence)
