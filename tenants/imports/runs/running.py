"""How does a file enter the district's records, whole or in part, once or again?

The rows go in by chunks. A chunk and the job's progress are one transaction, so an import that was killed goes on behind the
last chunk that is written, and every row is held against what is there, so going over a row twice does no harm. This is the one
place where an act ends in more than one commit: the caller hands in its own `commit`, because a register of a million rows in
one transaction would keep everybody else from writing for minutes.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tenants.errors import Invalid
from tenants.imports.forms.understanding import Source
from tenants.imports.rows.findings import Finding, Severity
from tenants.imports.rows.judging import Run, refuse_future_export
from tenants.imports.runs.chunking import Numbered, chunks, enter_chunk
from tenants.imports.runs.models import ImportFinding, ImportJob, JobState, Mode
from tenants.organizations.arranging import root
from tenants.organizations.models import Organization
from tenants.settings import Settings

_LONGEST_ACTOR = 60


@dataclass(frozen=True)
class Progress:
    """How far a file has come. `rows_total` is an estimate until the end."""

    rows_total: int
    rows_read: int
    created: int
    changed: int
    unchanged: int
    refused: int
    noticed: int
    waiting: int


@dataclass(frozen=True)
class Preview:
    """What an import would do, and what it would find."""

    progress: Progress
    findings: list[Finding]


Watch = Callable[[Progress], None]


def preview(
    session: Session,
    source: Source,
    *,
    settings: Settings,
    by: str,
    at: datetime,
    exported_on: date | None = None,
    watch: Watch = lambda _: None,
) -> Preview:
    """What entering every good row of `source` would do.

    Each chunk is entered and rolled back, so the answer is that of the import itself and others can write in between. What the
    caller has not committed is rolled back too.
    """
    run = _run(source, settings, by, at, exported_on)
    job = _new_job(source, run, Mode.GOOD_ROWS)
    findings: list[Finding] = []
    for chunk in chunks(source):
        _take_turn(session)
        findings += enter_chunk(session, chunk, job, run)
        session.rollback()
        watch(_progress(job))
    job.finish(at=at)
    return Preview(_progress(job), findings)


def run_import(
    session: Session,
    source: Source,
    *,
    settings: Settings,
    by: str,
    now: Callable[[], datetime],
    commit: Callable[[], None],
    mode: Mode = Mode.GOOD_ROWS,
    exported_on: date | None = None,
    watch: Watch = lambda _: None,
) -> ImportJob:
    """Enters `source` in the name of `by`, and gives the finished job.

    With `Mode.GOOD_ROWS` an import of the same file that was interrupted goes on, and tries again what it had refused. With
    `Mode.ALL_ROWS` nothing is written where any row is refused, which takes one transaction for the whole file; the job is kept
    then to say why.
    """
    run = _run(source, settings, by, now(), exported_on)
    go_through = _whole if mode is Mode.ALL_ROWS else _by_chunks
    return go_through(session, source, run, now=now, commit=commit, watch=watch)


def _by_chunks(
    session: Session, source: Source, run: Run, *, now: Callable[[], datetime], commit: Callable[[], None], watch: Watch
) -> ImportJob:
    _take_turn(session)
    interrupted = _interrupted(session, source, run)
    job = interrupted or _new_job(source, run, Mode.GOOD_ROWS)
    session.add(job)
    commit()
    for chunk in chunks(source):
        _take_turn(session)
        # Another program may be at work on the same job: each takes the next chunk that nobody has entered.
        session.refresh(job)
        rows = [row for row in chunk if row.position > job.rows_read]
        if interrupted:
            rows = [*_taken_back(session, chunk, job), *rows]
        if rows:
            session.add_all(_kept(job, enter_chunk(session, rows, job, run)))
            job.progressed_at = now()
        progress = _progress(job)
        commit()
        watch(progress)
    _take_turn(session)
    session.refresh(job)
    if job.state is JobState.RUNNING:
        job.finish(at=now())
    commit()
    return job


def _whole(
    session: Session, source: Source, run: Run, *, now: Callable[[], datetime], commit: Callable[[], None], watch: Watch
) -> ImportJob:
    job = _new_job(source, run, Mode.ALL_ROWS)
    findings: list[Finding] = []
    _take_turn(session)
    for chunk in chunks(source):
        findings += enter_chunk(session, chunk, job, run)
        session.flush()
        watch(_progress(job))
    if job.refused:
        session.rollback()
        job.refuse(at=now())
        findings = [finding for finding in findings if finding.severity is Severity.REFUSED]
    else:
        job.finish(at=now())
    session.add(job)
    session.flush()
    session.add_all(_kept(job, findings))
    commit()
    return job


def _taken_back(session: Session, chunk: Sequence[Numbered], job: ImportJob) -> list[Numbered]:
    """The rows that were refused before the job was interrupted, as if they were unread: what they lacked may be there."""
    read = {row.cells.row.line: row for row in chunk if row.position <= job.rows_read}
    refused = session.scalars(
        select(ImportFinding)
        .where(ImportFinding.job_id == job.id, ImportFinding.severity == Severity.REFUSED, ImportFinding.line.in_(read))
        .order_by(ImportFinding.line)
    ).all()
    for finding in refused:
        session.delete(finding)
    job.refused -= len(refused)
    job.rows_read -= len(refused)
    # The same lines may be refused again, and the database would see the new findings before it forgot the old.
    session.flush()
    return [read[finding.line] for finding in refused]


def _take_turn(session: Session) -> None:
    """Waits until no other import is at work on a chunk: two would register the same volunteer at once.

    The lock is the district's own row, which nothing but imports locks; SQLite lets one writer in by itself.
    """
    session.scalars(select(Organization.id).where(Organization.id == root(session).id).with_for_update(key_share=True)).one()


def _run(source: Source, settings: Settings, by: str, at: datetime, exported_on: date | None) -> Run:
    if not by.strip() or len(by) > _LONGEST_ACTOR:
        message = "Say in at most %(most)s characters who imports the file."
        raise Invalid(message, field="actor", rule="invalid_actor", most=_LONGEST_ACTOR)
    refuse_future_export(exported_on, at=at, settings=settings)
    return Run(settings=settings, actor=by.strip(), file_name=source.table.name, at=at, exported_on=exported_on)


def _new_job(source: Source, run: Run, mode: Mode) -> ImportJob:
    table = source.table
    return ImportJob(
        kind=source.profile.kind,
        mode=mode,
        profile=source.profile.name,
        file_name=table.name,
        sha256=table.sha256,
        encoding=table.encoding,
        actor=run.actor,
        exported_on=run.exported_on,
        started_at=run.at,
        progressed_at=run.at,
        finished_at=None,
        state=JobState.RUNNING,
        rows_total=source.rows_expected,
        rows_read=0,
        created=0,
        changed=0,
        unchanged=0,
        refused=0,
        noticed=0,
        waiting=0,
    )


def _interrupted(session: Session, source: Source, run: Run) -> ImportJob | None:
    query = select(ImportJob).where(
        ImportJob.state == JobState.RUNNING,
        ImportJob.sha256 == source.table.sha256,
        ImportJob.kind == source.profile.kind,
        ImportJob.profile == source.profile.name,
        # A comparison with NULL is never true, not even that of NULL.
        ImportJob.exported_on.is_not_distinct_from(run.exported_on),
    )
    return session.scalars(query.order_by(ImportJob.started_at.desc())).first()


def _kept(job: ImportJob, findings: Iterable[Finding]) -> Iterator[ImportFinding]:
    ranks: dict[int, int] = {}
    for finding in findings:
        ranks[finding.line] = ranks.get(finding.line, 0) + 1
        yield ImportFinding(job_id=job.id, rank=ranks[finding.line], **asdict(finding))


def _progress(job: ImportJob) -> Progress:
    return Progress(**{name: getattr(job, name) for name in Progress.__dataclass_fields__})
