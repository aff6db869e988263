"""How does an operator bring a register's files in?"""

import gc
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

import rich_click as click
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from sqlalchemy import select

from tenants.imports.files.reading import open_table
from tenants.imports.forms.profiles import PROFILES, Kind
from tenants.imports.forms.understanding import Source, understand
from tenants.imports.rows.findings import Finding, Group, grouped, words
from tenants.imports.runs import reporting, running
from tenants.imports.runs.models import ImportJob, JobState, Mode
from tenants.operating import district

_INPUT = click.Path(exists=True, dir_okay=False, path_type=Path)
_OUTPUT = click.Path(dir_okay=False, writable=True, path_type=Path)

_OPTIONS: list[Callable[[Any], Any]] = [
    click.argument("file", type=_INPUT),
    click.option(
        "--profile", "profile_name", help="The form of the register, where it should not be guessed from the headings."
    ),
    click.option("--dry-run", is_flag=True, help="Say what would happen, and write nothing into the records."),
    click.option(
        "--good-rows/--all-rows",
        default=True,
        show_default=True,
        help="Enter the good rows and refuse the others; or write nothing at all where any row is refused.",
    ),
    click.option(
        "--exported-on",
        type=click.DateTime(["%Y-%m-%d"]),
        metavar="DATE",
        help="The day on which the register was written, as 2026-10-31: nothing in it can be later.  [default: now]",
    ),
    click.option(
        "--report",
        "report_path",
        type=_OUTPUT,
        help="Where to list each refusal and notice with its line, column and reason.  [default: FILE-report.csv, here]",
    ),
    click.option(
        "--failed",
        "failed_path",
        type=_OUTPUT,
        help="Where to put the refused rows as they were, with the reason before each: mend them and import that file.",
    ),
    click.option("--actor", default="import", show_default=True, help="In whose name the rows are entered."),
    click.option("--yes", is_flag=True, help="Do not ask before writing. Away from a terminal nothing is asked anyway."),
    click.option("--quiet", is_flag=True, help="Show no progress and no table."),
    click.option(
        "--json",
        "as_json",
        is_flag=True,
        help="Print the result as JSON, and nothing else, on standard output; progress, too, a line each, on standard error.",
    ),
]


def _options(command: Callable[..., None]) -> Callable[..., None]:
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


@click.group("import")
def import_group() -> None:
    """Bring a register's files in: CSV (UTF-8 or GB18030) or Excel.

    First the volunteers, then their hours. The same file again changes nothing; a corrected row corrects; an import that was
    interrupted goes on when it is started again.
    """


@import_group.command("volunteers")
@_options
def import_volunteers(**options: Any) -> None:
    """Enter the volunteers listed in FILE, with their teams, communities and streets.

    A volunteer whose document number cannot be right enters too, with a notice.
    """
    _import(Kind.VOLUNTEERS, **options)


@import_group.command("hours")
@_options
def import_hours(**options: Any) -> None:
    """Enter the hours listed in FILE.

    Hours that the register certified are certified here in the name of the same certifier; the others wait in the
    coordinators' queue.
    """
    _import(Kind.HOURS, **options)


@import_group.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
def list_imports(as_json: bool) -> None:
    """Show every import, the latest first."""
    with district() as (session, settings):
        jobs = list(session.scalars(select(ImportJob).order_by(ImportJob.started_at.desc())))
        if as_json:
            click.echo(json.dumps([_described(job) for job in jobs], ensure_ascii=False))
            return
        table = Table("Started", "File", "Profile", "By", "State", "Rows", "Created", "Changed", "Unchanged", "Refused")
        for job in jobs:
            started = f"{job.started_at.astimezone(settings.time_zone):%Y-%m-%d %H:%M}"
            state = "running or interrupted" if job.state is JobState.RUNNING else job.state.value
            counts = (job.rows_read, job.created, job.changed, job.unchanged, job.refused)
            table.add_row(
                started, escape(job.file_name), f"{job.profile} {job.kind}", escape(job.actor), state, *map(str, counts)
            )
    Console().print(table)


@import_group.command("profiles")
def list_profiles() -> None:
    """Show the forms of registers that are known, with the headings that each field may have."""
    for profile in PROFILES:
        table = Table("Field", "Headings", title=f"{profile.name} {profile.kind}", title_justify="left")
        for field, headings in profile.headings.items():
            table.add_row(f"{field} *" if field in profile.required else field, " · ".join(headings))
        Console().print(table)
    click.echo("* needed: without this column a file is not taken for this form.")


def _import(
    kind: Kind,
    *,
    file: Path,
    profile_name: str | None,
    dry_run: bool,
    good_rows: bool,
    exported_on: datetime | None,
    report_path: Path | None,
    failed_path: Path | None,
    actor: str,
    yes: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    in_lines = as_json and not quiet
    # An import makes many objects that live on: looking for garbage among them took a quarter of its time.
    gc.set_threshold(100_000)
    quiet = quiet or as_json
    _refuse_places(file, report_path, failed_path)
    source = understand(open_table(file), kind, profile_name=profile_name)
    if not quiet:
        _show_source(source)
    if not (dry_run or yes or quiet) and sys.stdin.isatty():
        click.confirm(f"Enter these {kind}?", abort=True)
    day = exported_on.date() if exported_on else None
    with district() as (session, settings), _bar(source, quiet=quiet, in_lines=in_lines) as watch:
        if dry_run:
            found = running.preview(
                session, source, settings=settings, by=actor, at=datetime.now(UTC), exported_on=day, watch=watch
            )
            findings, counts = found.findings, asdict(found.progress)
            result: dict[str, Any] = {"state": "dry_run", **counts}
        else:
            job = running.run_import(
                session,
                source,
                settings=settings,
                by=actor,
                now=lambda: datetime.now(UTC),
                commit=session.commit,
                mode=Mode.GOOD_ROWS if good_rows else Mode.ALL_ROWS,
                exported_on=day,
                watch=watch,
            )
            findings, result = reporting.findings_of(session, job), _described(job)
    written = _write_reports(source, findings, report_path, failed_path)
    if as_json:
        origin = {"kind": kind, "file": source.table.name, "profile": source.profile.name, "encoding": source.table.encoding}
        reasons = [_reason(group) for group in grouped(findings)]
        click.echo(json.dumps({**origin, **result, "reasons": reasons, **written}, ensure_ascii=False))
    elif not quiet:
        _show_result(result, findings, written)
    if result["refused"] and not good_rows:
        if not as_json:
            click.echo("Nothing was written, because rows were refused and all were wanted.", err=True)
        raise SystemExit(1)


@contextmanager
def _bar(source: Source, *, quiet: bool, in_lines: bool) -> Iterator[running.Watch]:
    """A bar on standard error that grows with the rows read, or a line of JSON each time; nothing where nobody looks."""
    if in_lines:
        yield lambda reached: click.echo(json.dumps(asdict(reached)), err=True)
        return
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=quiet or not console.is_terminal) as progress:
        task = progress.add_task(source.table.name, total=source.rows_expected)
        yield lambda reached: progress.update(task, completed=reached.rows_read, total=reached.rows_total)


def _refuse_places(file: Path, *outputs: Path | None) -> None:
    """Refuses, before anything is entered, to write over the register or into a folder that is not there."""
    for output in filter(None, outputs):
        if output.resolve() == file.resolve():
            raise click.ClickException(f"{output} is the register itself. Choose another name to write to.")
        if not output.parent.is_dir():
            raise click.ClickException(
                f"There is no folder {output.parent} to write {output.name} to. Make it, or name another."
            )


def _write_reports(
    source: Source, findings: list[Finding], report_path: Path | None, failed_path: Path | None
) -> dict[str, str | None]:
    """Writes what was asked for, and the report also where there is something to report; gives the paths."""
    if report_path is None and findings:
        report_path = Path(f"{source.table.path.stem}-report.csv")
    if report_path is not None:
        _write(report_path, lambda file: reporting.write_report(file, findings))
    if failed_path is not None:
        _write(failed_path, lambda file: reporting.write_failed_rows(file, source, findings))
    return {"report": str(report_path) if report_path else None, "failed": str(failed_path) if failed_path else None}


def _write(path: Path, write: Callable[[TextIO], None]) -> None:
    """Writes a file that its owner alone may read: it tells of people."""
    try:
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise click.ClickException(f"{path} cannot be written: {error.strerror}. Name another with --report.") from error
    with open(descriptor, "w", encoding=reporting.ENCODING, newline="") as file:
        write(file)


def _described(job: ImportJob) -> dict[str, Any]:
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


def _reason(group: Group) -> dict[str, Any]:
    example = group.example
    return {"severity": example.severity.value, "code": example.code, "count": group.count, "example": words(example)}


def _show_source(source: Source) -> None:
    click.echo(f"{source.table.name}: {source.table.encoding}, profile {source.profile.name}")
    table = Table("Column", "Field")
    for field, heading in source.headings.items():
        table.add_row(escape(heading), field)
    for heading in source.ignored:
        table.add_row(escape(heading), "not used")
    Console().print(table)


def _show_result(result: dict[str, Any], findings: Iterable[Finding], written: dict[str, str | None]) -> None:
    click.echo(result["state"].replace("_", " "))
    table = Table("Rows", "Created", "Changed", "Unchanged", "Refused", "Waiting")
    names = ("rows_read", "created", "changed", "unchanged", "refused", "waiting")
    table.add_row(*(str(result[name]) for name in names))
    Console().print(table)
    groups = grouped(findings)
    if groups:
        reasons = Table("", "Reason", "Rows", "Example")
        for group in groups:
            reason = _reason(group)
            reasons.add_row(reason["severity"], reason["code"].replace("_", " "), str(group.count), escape(reason["example"]))
        Console().print(reasons)
    for name, path in written.items():
        if path is not None:
            click.echo(f"{name}: {path}")
