"""How does an operator say by what registrations are judged?"""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import rich_click as click
from rich.table import Table
from sqlalchemy import func, select

from federation.identity.auditing.setting_thresholds import change_policy
from federation.identity.linking.learning import learn_model, use_model
from federation.identity.matching.judging import current_model
from federation.identity.matching.policies import current_policy
from federation.identity.models import Registration
from federation.operating import hub, operator
from sync.programs.printing import show

_THRESHOLDS = ("auto_weight", "review_weight", "conflict_weight")


@click.group("matching")
def matching_group() -> None:
    """Say by what registrations are judged: the model, and the thresholds from which a machine or a steward decides."""


@matching_group.command("show")
def show_command() -> None:
    """Show the model and the thresholds that count now. Weights are bits: 10 is one error in a thousand."""
    with hub() as (session, _):
        model, policy = current_model(session), current_policy(session)
    table = Table("Threshold", "Value")
    for name, value in asdict(policy).items():
        table.add_row(name, f"{value:g}")
    show(table, f"The model is {model.version}, learnt from {model.records} registrations.")


@matching_group.command("learn")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
def learn_command(file: Path) -> None:
    """Learn a model from this federation's registrations into FILE, without anybody having said which are one person's.

    Worth it from some tens of thousands of registrations on. It needs the extra `matching`, about a minute and 2 GiB for a
    million, and changes nothing yet: banyan-hub matching use FILE does.
    """
    with hub() as (session, settings):
        length = session.scalar(select(func.count()).select_from(Registration)) or 0
        with click.progressbar(length=length, label="registrations") as bar:
            written = learn_model(session, settings=settings, at=datetime.now(UTC), watch=bar.update)
    file.write_bytes(written)
    click.echo(f"The model is in {file}. Nothing is judged by it before: banyan-hub matching use {file}")


@matching_group.command("use")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def use_command(file: Path) -> None:
    """Judge by the model in FILE from now on. What was decided stays; each link says by which model it was made."""
    with hub() as (session, _):
        model = use_model(session, file.read_bytes(), by=operator(), at=datetime.now(UTC))
        session.commit()
    click.echo(f"Registrations are judged by {model.version} from now on.")


@matching_group.command("policy")
@click.option("--auto-weight", type=float, help="From here on a machine links; 10 unless it was changed.")
@click.option("--review-weight", type=float, help="From here on a steward is asked; 0 unless it was changed.")
@click.option("--conflict-weight", type=float, help="The same, where each has a resident identity number of its own; 12.")
@click.option("--reason", required=True, help="Why. It stays on record.")
def policy_command(reason: str, **thresholds: float | None) -> None:
    """Let other thresholds count from now on, such as 8 for a machine once stewards have looked at 500 pairs."""
    given = {name: value for name, value in thresholds.items() if value is not None}
    if not given:
        raise click.UsageError(f"Name a threshold: {', '.join('--' + name.replace('_', '-') for name in _THRESHOLDS)}.")
    with hub() as (session, _):
        policy = change_policy(session, by=operator(), reason=reason, at=datetime.now(UTC), **given)
        session.commit()
    click.echo(f"Policy {policy.version} counts from now on.")
