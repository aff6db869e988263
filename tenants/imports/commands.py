"""How does an operator bring a register's files in?"""

import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import rich_click as click
from sqlalchemy import select

from sync.running import garbage
from tenants.imports.files.reading import open_table
from tenants.imports.forms.profiles import Kind
from tenants.imports.forms.understanding import understand
from tenants.imports.handing_out import hand_out, refuse_places
from tenants.imports.rows.findings import grouped
from tenants.imports.runs import reporting, running
from tenants.imports.runs.models import ImportJob, Mode
from tenants.imports.showing import job_in_json, progress_of, reason_in_json, show_jobs, show_profiles, show_result, show_source
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
    click.option("--actor", default="operator", show_default=True, help="In whose name the rows are entered."),
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
            click.echo(json.dumps([job_in_json(job) for job in jobs], ensure_ascii=False))
        else:
            show_jobs(jobs, settings.time_zone)


@import_group.command("profiles")
def list_profiles() -> None:
    """Show the forms of registers that are known, with the headings that each field may have."""
    show_profiles()


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
    garbage.look_rarely()
    quiet = quiet or as_json
    refuse_places(file, report_path, failed_path)
    source = understand(open_table(file), kind, profile_name=profile_name)
    if not quiet:
        show_source(source)
    if not (dry_run or yes or quiet) and sys.stdin.isatty():
        click.confirm(f"Enter these {kind}?", abort=True)
    day = exported_on.date() if exported_on else None
    with district() as (session, settings), progress_of(source, quiet=quiet, in_lines=in_lines) as watch:
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
            findings, result = reporting.findings_of(session, job), job_in_json(job)
    written = hand_out(source, findings, report_path, failed_path)
    if as_json:
        origin = {"kind": kind, "file": source.table.name, "profile": source.profile.name, "encoding": source.table.encoding}
        reasons = [reason_in_json(group) for group in grouped(findings)]
        click.echo(json.dumps({**origin, **result, "reasons": reasons, **written}, ensure_ascii=False))
    elif not quiet:
        show_result(result, findings, written)
    if result["refused"] and not good_rows:
        if not as_json:
            click.echo("Nothing was written, because rows were refused and all were wanted.", err=True)
        raise SystemExit(1)
