"""How is an import shown at a terminal, to a person or to a program?"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any
from zoneinfo import ZoneInfo

import rich_click as click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from sync.programs.printing import show
from tenants.imports.forms.profiles import PROFILES
from tenants.imports.forms.understanding import Source
from tenants.imports.rows.findings import Finding, Group, grouped, words
from tenants.imports.runs.models import ImportJob, JobState
from tenants.imports.runs.running import Watch


@contextmanager
def progress_of(source: Source, *, quiet: bool, in_lines: bool) -> Iterator[Watch]:
    """A bar on standard error that grows with the rows read, or a line of JSON each time; nothing where nobody looks."""
    if in_lines:
        yield lambda reached: click.echo(json.dumps(asdict(reached)), err=True)
        return
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=quiet or not console.is_terminal) as progress:
        task = progress.add_task(source.table.name, total=source.rows_expected)
        yield lambda reached: progress.update(task, completed=reached.rows_read, total=reached.rows_total)


def show_source(source: Source) -> None:
    """Prints how a file was understood."""
    click.echo(f"{source.table.name}: {source.table.encoding}, profile {source.profile.name}")
    table = Table("Column", "Field")
    for field, heading in source.headings.items():
        table.add_row(escape(heading), field)
    for heading in source.ignored:
        table.add_row(escape(heading), "not used")
    show(table)


def show_result(result: Mapping[str, Any], findings: Iterable[Finding], written: Mapping[str, str | None]) -> None:
    """Prints what an import did or would do, what it found, and which files tell more."""
    click.echo(result["state"].replace("_", " "))
    table = Table("Rows", "Created", "Changed", "Unchanged", "Refused", "Waiting")
    names = ("rows_read", "created", "changed", "unchanged", "refused", "waiting")
    table.add_row(*(str(result[name]) for name in names))
    show(table)
    groups = grouped(findings)
    if groups:
        reasons = Table("", "Reason", "Rows", "Example")
        for group in groups:
            reason = reason_in_json(group)
            reasons.add_row(reason["severity"], reason["code"].replace("_", " "), str(group.count), escape(reason["example"]))
        show(reasons)
    for name, path in written.items():
        if path is not None:
            click.echo(f"{name}: {path}")


def show_jobs(jobs: Iterable[ImportJob], time_zone: ZoneInfo) -> None:
    """Prints a table of imports, with no more than a terminal of 80 columns has room for."""
    table = Table("Started", "File", "Profile", "By", "State", "Rows", "Refused")
    for job in jobs:
        started = f"{job.started_at.astimezone(time_zone):%Y-%m-%d %H:%M}"
        state = "running or interrupted" if job.state is JobState.RUNNING else job.state.value
        who = (f"{job.profile} {job.kind}", escape(job.actor))
        table.add_row(started, escape(job.file_name), *who, state, str(job.rows_read), str(job.refused))
    show(table)


def show_profiles() -> None:
    """Prints the forms that are known."""
    for profile in PROFILES:
        table = Table("Field", "Headings", title=f"{profile.name} {profile.kind}", title_justify="left")
        for field, headings in profile.headings.items():
            table.add_row(f"{field} *" if field in profile.required else field, " · ".join(headings))
        show(table)
    click.echo("* needed: without this column a file is not taken for this form.")


def job_in_json(job: ImportJob) -> dict[str, Any]:
    """An import as a program reads it."""
    names = ("kind", "profile", "encoding", "state", "mode", "actor", "rows_total", "rows_read", "created", "changed")
    counts = ("unchanged", "refused", "noticed", "waiting")
    finished_at = job.finished_at.isoformat() if job.finished_at else None
    return {
        "job": str(job.id),
        "file": job.file_name,
        "started_at": job.started_at.isoformat(),
        "finished_at": finished_at,
        **{name: getattr(job, name) for name in (*names, *counts)},
    }


def reason_in_json(group: Group) -> dict[str, Any]:
    """Why rows were refused or noticed, as a program reads it."""
    example = group.example
    return {"severity": example.severity.value, "code": example.code, "count": group.count, "example": words(example)}
