"""How does a register's file come in over the web?

Upload, look, decide, look again. A long file must not keep a browser waiting, so a thread of this process works on it while
the page shows what the database says about its progress. A thread and no queue, because nothing is lost with it: where the
process ends, the page offers to go on, and any other process can. (The stream's process would have been the other place; but
then no import without it, and events would wait behind rows.)
"""

import io
import threading
import uuid
from datetime import UTC, datetime
from pathlib import PurePath
from typing import Any

from flask import Blueprint, Flask, Response, current_app, redirect, render_template, url_for
from flask_babel import force_locale, gettext, lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from werkzeug.wrappers import Response as WerkzeugResponse
from wtforms import DateField, RadioField, SelectField
from wtforms.fields import SelectChoice
from wtforms.validators import AnyOf, InputRequired, Optional

from admin.tenant import desk
from admin.tenant.wording import sentence
from tenants.db import db
from tenants.imports.forms.profiles import Kind
from tenants.imports.rows.findings import Finding
from tenants.imports.runs.latest import job_called, latest_jobs
from tenants.imports.runs.models import Mode
from tenants.imports.runs.reporting import ENCODING, findings_of, write_report
from tenants.imports.uploads.models import ImportUpload, Stage
from tenants.imports.uploads.uploading import recent_uploads, upload, upload_called
from tenants.imports.uploads.working import grouped, work
from tenants.organizations.arranging import root
from tenants.staff.permissions import Permission, require

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


@blueprint.before_request
def require_whole_district() -> None:
    """A register names people of every street, so only who may import for the whole district may do it."""
    require(db.session(), desk.staff(), Permission.IMPORT, root(db.session()).id)


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
    taken = upload(
        db.session(),
        form.file.data.read(),
        kind=Kind(form.kind.data),
        file_name=form.file.data.filename,
        exported_on=form.exported_on.data,
        cipher=desk.settings().field_cipher,
        by=desk.staff().username,
        at=desk.now(),
        today=desk.now().astimezone(desk.settings().time_zone).date(),
    )
    return _begin(taken)


@blueprint.get("/files/<uuid:upload_id>")
def look(upload_id: uuid.UUID) -> str:
    """Where a file stands: being read, waiting for a decision, being imported, or done."""
    sent = upload_called(db.session(), upload_id)
    form = DecisionForm(formdata=None)
    return render_template("tenant/import_file.html", sent=sent, form=form, say=_say, now=desk.now(), fields=_fields())


@blueprint.post("/files/<uuid:upload_id>/decision")
def decide(upload_id: uuid.UUID) -> WerkzeugResponse | tuple[str, int]:
    """Begins the import."""
    sent, form = upload_called(db.session(), upload_id), DecisionForm()
    if not form.validate():
        return render_template("tenant/import_file.html", sent=sent, form=form, say=_say, now=desk.now(), fields=_fields()), 422
    sent.want(Mode(form.mode.data), by=desk.staff().username)
    return _begin(sent)


@blueprint.post("/files/<uuid:upload_id>/work")
def go_on(upload_id: uuid.UUID) -> WerkzeugResponse:
    """Takes up work that was interrupted."""
    return _begin(upload_called(db.session(), upload_id))


@blueprint.get("/files/<uuid:upload_id>/refused.csv")
def refused_rows(upload_id: uuid.UUID) -> Response:
    """The refused rows as they were, each with its reason, to be mended and uploaded again."""
    sent = upload_called(db.session(), upload_id)
    rows = sent.refused_rows(by=desk.staff().username)
    return _download(desk.settings().field_cipher.decrypt(rows), f"{PurePath(sent.file_name).stem}-refused.csv")


@blueprint.get("/<uuid:job_id>")
def result(job_id: uuid.UUID) -> str:
    """What an import did, and what it found."""
    job = job_called(db.session(), job_id)
    return render_template("tenant/import_job.html", job=job, groups=grouped(findings_of(db.session(), job)), say=_say)


@blueprint.get("/<uuid:job_id>/report.csv")
def report(job_id: uuid.UUID) -> Response:
    """Every refusal and notice with its line, column and reason."""
    job = job_called(db.session(), job_id)
    written = io.StringIO(newline="")
    write_report(written, findings_of(db.session(), job), _say_finding)
    return _download(written.getvalue().encode(ENCODING), f"{PurePath(job.file_name).stem}-report.csv")


def _begin(sent: ImportUpload) -> WerkzeugResponse:
    sent.begin(at=desk.now())
    db.session.commit()
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    threading.Thread(target=_work, args=(app, sent.id), daemon=True).start()
    return redirect(url_for(".look", upload_id=sent.id), code=303)


def _work(app: Flask, upload_id: uuid.UUID) -> None:
    with app.app_context(), force_locale(desk.settings().language):
        work(db.session(), upload_id, settings=desk.settings(), now=lambda: datetime.now(UTC), say=_say_finding)


def _overview(form: UploadForm) -> str:
    return render_template(
        "tenant/imports.html",
        form=form,
        uploads=[sent for sent in recent_uploads(db.session(), limit=MOST_SHOWN) if sent.stage is not Stage.IMPORTED],
        jobs=latest_jobs(db.session(), limit=MOST_SHOWN),
    )


def _say_finding(finding: Finding) -> str:
    return sentence(finding.message, finding.params)


def _say(finding: dict[str, Any]) -> str:
    """A finding or a refusal, as it is kept, in the reader's language."""
    return sentence(finding["message"], finding["params"])


def _download(content: bytes, name: str) -> Response:
    response = Response(content, content_type="text/csv; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Cache-Control"] = "no-store"
    return response


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
