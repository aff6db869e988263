"""Where do the files go that an operator is given of an import?"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

import rich_click as click

from tenants.imports.forms.understanding import Source
from tenants.imports.rows.findings import Finding
from tenants.imports.runs import reporting


def refuse_places(file: Path, *outputs: Path | None) -> None:
    """Refuses, before anything is entered, to write over the register or into a folder that is not there."""
    for output in filter(None, outputs):
        if output.resolve() == file.resolve():
            raise click.ClickException(f"{output} is the register itself. Choose another name to write to.")
        if not output.parent.is_dir():
            raise click.ClickException(
                f"There is no folder {output.parent} to write {output.name} to. Make it, or name another."
            )


def hand_out(
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
