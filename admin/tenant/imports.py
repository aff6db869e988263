"""How does a register's file come in over the web?

Upload, look, say which form it is where the guess was wrong, decide, look again. A long file must not keep a browser waiting,
so the pages show what the database says about the progress of work that goes on elsewhere.
"""

import io
import uuid
from pathlib import PurePath

from flask import Blueprint, Flask, Response, current_app, redirect, render_template, url_for
from flask_babel import force_locale, gettext, lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from werkzeug.wrappers import Response as WerkzeugResponse
from wtforms import DateField, RadioField, SelectField
from wtforms.fields import SelectChoice
from wtforms.validators import AnyOf, InputRequired, Optional

from admin.exporting import attachment
from admin.tenant import desk, refusals
from admin.tenant.grave import grave
from admin.tenant.wording import sentence
from tenants.db import db
from tenants.errors import Invalid
from tenants.imports.allowing import require_importer
from tenants.imports.forms.profiles import Kind
from tenants.imports.forms.understanding import profiles_of
from tenants.imports.rows.findings import Finding, grouped
from tenants.imports.runs.latest import job_called, latest_jobs
from tenants.imports.runs.models import Mode
from tenants.imports.runs.reporting import ENCODING, findings_of, write_report
from tenants.imports.uploads.latest import unfinished_uploads
from tenants.imports.uploads.models import ImportUpload
from tenants.imports.uploads.uploading import understand_as, upload, upload_called, upload_to_change
from tenants.imports.uploads.working import work_aside

MOST_SHOWN = 20

_KINDS = [
    SelectChoice(Kind.VOLUNTEERS.value, lazy_gettext("Volunteers")),
    SelectChoice(Kind.HOURS.value, lazy_gettext("Hours")),
]
_MODES = [
    SelectChoice(Mode.GOOD_ROWS.value, lazy_gettext("Import the good rows, and list the refused ones in a report")),
    SelectChoice(Mode.ALL_ROWS.value, lazy_gettext("Import all rows or none: nothing is written while any row is refused")),
]

blueprint = Blueprint("imports", __name__, url_prefix="/imports")


class UploadForm(FlaskForm):
    """A register's file."""

    kind = SelectField(lazy_gettext("What it lists"), choices=_KINDS)
    file = FileField(lazy_gettext("File"), [FileRequired(lazy_gettext("Choose a file."))])
    exported_on = DateField(lazy_gettext("Day of the export"), [Optional()])


class DecisionForm(FlaskForm):
    """What is to happen with a file that was tried out."""

    mode = RadioField(
        lazy_gettext("Which rows"), [InputRequired(), AnyOf(list(Mode))], choices=_MODES, default=Mode.GOOD_ROWS.value
    )


class ProfileForm(FlaskForm):
    """As which form a file is to be understood."""

    profile = SelectField(lazy_gettext("Form of the register"))

    def __init__(self, sent: ImportUpload) -> None:
        super().__init__(profile=sent.profile)
        self.profile.choices = [SelectChoice(profile.name) for profile in profiles_of(sent.kind)]


@blueprint.before_request
def require_whole_district() -> None:
    """Lets nobody else in."""
    require_importer(db.session(), desk.staff())


@blueprint.get("/")
def show() -> str:
    """The form, and what was imported so far."""
    return _overview(UploadForm(formdata=None))


@blueprint.post("/")
def send() -> WerkzeugResponse | tuple[str, int]:
    """Takes a file and begins to try it out; nothing is written into the records."""
    form = UploadForm()
    if not form.validate():
        return _overview(form), 422
    try:
        taken = upload(
            db.session(),
            form.file.data.read(),
            kind=Kind(form.kind.data),
            file_name=form.file.data.filename,
            exported_on=form.exported_on.data,
            settings=desk.settings(),
            by=desk.staff().username,
            at=desk.now(),
        )
    except Invalid as refusal:
        refusals.put_into(form, refusal)
        return _overview(form), 422
    return _begin(taken)


@blueprint.get("/files/<uuid:upload_id>")
def look(upload_id: uuid.UUID) -> str:
    """Where a file stands: being read, waiting for a decision, being imported, or done."""
    return _file(upload_called(db.session(), upload_id))


@blueprint.post("/files/<uuid:upload_id>/profile")
def understand(upload_id: uuid.UUID) -> WerkzeugResponse | tuple[str, int]:
    """Begins to try the file out as another form."""
    sent = upload_to_change(db.session(), upload_id)
    form = ProfileForm(sent)
    if not form.validate():
        return _file(sent, profile=form), 422
    try:
        understand_as(sent, form.profile.data, settings=desk.settings())
    except Invalid as refusal:
        refusals.put_into(form, refusal)
        return _file(sent, profile=form), 422
    return _begin(sent)


@blueprint.post("/files/<uuid:upload_id>/decision")
@grave(".look", press=lazy_gettext("Import"))
def decide(upload_id: uuid.UUID) -> WerkzeugResponse | tuple[str, int]:
    """Begins the import."""
    sent, form = upload_to_change(db.session(), upload_id), DecisionForm()
    if not form.validate():
        return _file(sent, decision=form), 422
    sent.want(Mode(form.mode.data), by=desk.staff().username)
    return _begin(sent)


@blueprint.post("/files/<uuid:upload_id>/work")
def go_on(upload_id: uuid.UUID) -> WerkzeugResponse:
    """Takes up work that was interrupted."""
    return _begin(upload_to_change(db.session(), upload_id))


@blueprint.get("/files/<uuid:upload_id>/refused.csv")
@grave(".look", press=lazy_gettext("Refused rows, to mend and upload again"))
def refused_rows(upload_id: uuid.UUID) -> Response:
    """The refused rows as they were, each with its reason, to be mended and uploaded again."""
    sent = upload_called(db.session(), upload_id)
    rows, job = sent.refused_rows(by=desk.staff().username)
    answer = attachment(f"{PurePath(sent.file_name).stem}-refused.csv", desk.settings().field_cipher.decrypt(rows))
    desk.note_export("refused_rows", rows=job.refused, job=str(job.id))
    db.session.commit()
    return answer


@blueprint.get("/<uuid:job_id>")
def result(job_id: uuid.UUID) -> str:
    """What an import did, and what it found."""
    job = job_called(db.session(), job_id)
    return render_template("tenant/import_job.html", job=job, groups=grouped(findings_of(db.session(), job)), say=_say)


@blueprint.get("/<uuid:job_id>/report.csv")
def report(job_id: uuid.UUID) -> Response:
    """Every refusal and notice with its line, column and reason."""
    job = job_called(db.session(), job_id)
    findings, written = findings_of(db.session(), job), io.StringIO(newline="")
    write_report(written, findings, _say)
    answer = attachment(f"{PurePath(job.file_name).stem}-report.csv", written.getvalue().encode(ENCODING))
    desk.note_export("import_report", rows=len(findings), job=str(job.id))
    db.session.commit()
    return answer


def _begin(sent: ImportUpload) -> WerkzeugResponse:
    sent.begin(at=desk.now())
    db.session.commit()
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    work_aside(app, sent.id, settings=desk.settings(), say=_say_to_the_district)
    return redirect(url_for(".look", upload_id=sent.id), code=303)


def _overview(form: UploadForm) -> str:
    session = db.session()
    uploads, jobs = unfinished_uploads(session, limit=MOST_SHOWN), latest_jobs(session, limit=MOST_SHOWN)
    return render_template("tenant/imports.html", form=form, uploads=uploads, jobs=jobs)


def _file(sent: ImportUpload, *, profile: ProfileForm | None = None, decision: DecisionForm | None = None) -> str:
    """The page of a file; without a form that was refused they are as they come."""
    return render_template(
        "tenant/import_file.html",
        sent=sent,
        profile=profile or ProfileForm(sent),
        decision=decision or DecisionForm(formdata=None),
        say=_say,
        refusal=sent.refusal and refusals.say(sent.refusal),
        now=desk.now(),
        fields=_fields(),
    )


def _say(finding: Finding) -> str:
    """A finding in the reader's language."""
    return sentence(finding.message, finding.params)


def _say_to_the_district(finding: Finding) -> str:
    """A finding in a file that is written while nobody reads."""
    with force_locale(desk.settings().language):
        return _say(finding)


def _fields() -> dict[str, str]:
    """The fields of a register's rows in words."""
    return {
        "local_number": gettext("Number"),
        "volunteer_number": gettext("Volunteer's number"),
        "name": gettext("Name"),
        "document_kind": gettext("Kind of document"),
        "document_number": gettext("Document number"),
        "gender": gettext("Gender"),
        "birth_date": gettext("Date of birth"),
        "phone": gettext("Telephone"),
        "team": gettext("Team"),
        "street": gettext("Street"),
        "community": gettext("Community"),
        "registered_on": gettext("Registered on"),
        "activity": gettext("Activity"),
        "field": gettext("Field"),
        "service_date": gettext("Day of service"),
        "started_at": gettext("Start"),
        "ended_at": gettext("End"),
        "minutes": gettext("Duration"),
        "certified_by": gettext("Certified by"),
        "status": gettext("State"),
    }
