"""How does a program bring a register in?"""

import uuid
from datetime import UTC, datetime
from typing import Any

from flask import Flask, current_app, request
from sqlalchemy import select
from werkzeug.exceptions import UnsupportedMediaType

from api.pagination import Page, PageQuerySchema, page_schema, read_page
from api.tenant.bearer import part, settings, staff
from api.tenant.import_schemas import FileQuerySchema, FindingSchema, ImportFileSchema, ImportSchema, ModeSchema, ProfileSchema
from tenants.db import db
from tenants.imports.allowing import require_importer
from tenants.imports.runs.latest import job_called
from tenants.imports.runs.models import ImportFinding, ImportJob
from tenants.imports.uploads.models import ImportUpload
from tenants.imports.uploads.uploading import understand_as, upload, upload_called, upload_to_change
from tenants.imports.uploads.working import work_aside

Sent = tuple[ImportUpload, int, dict[str, str]]

imports = part(
    "imports",
    "/imports",
    "Registers of volunteers and hours. Send a file, ask for it until it was tried out, look at what it would do, decide, and "
    "ask for it until it is imported.",
)


@imports.before_request
def require_whole_district() -> None:
    """Lets nobody else in."""
    require_importer(db.session(), staff())


@imports.get("")
@imports.arguments(PageQuerySchema, location="query")
@imports.response(200, page_schema(ImportSchema))
def list_imports(query: dict[str, Any]) -> Page[ImportJob]:
    """Every import, over the web or by command, in the order in which they began."""
    return read_page(db.session(), select(ImportJob), ImportJob.id, **query)


@imports.get("/<uuid:import_id>")
@imports.response(200, ImportSchema)
def read_import(import_id: uuid.UUID) -> ImportJob:
    """What an import did."""
    return job_called(db.session(), import_id)


@imports.get("/<uuid:import_id>/findings")
@imports.arguments(PageQuerySchema, location="query")
@imports.response(200, page_schema(FindingSchema))
def list_findings(query: dict[str, Any], import_id: uuid.UUID) -> Page[ImportFinding]:
    """The report of an import: every refusal and notice with its line, column and reason."""
    found = select(ImportFinding).where(ImportFinding.job_id == job_called(db.session(), import_id).id)
    return read_page(db.session(), found, ImportFinding.line, ImportFinding.rank, **query)


@imports.get("/files")
@imports.arguments(PageQuerySchema, location="query")
@imports.response(200, page_schema(ImportFileSchema))
def list_files(query: dict[str, Any]) -> Page[ImportUpload]:
    """The files that were sent in during the last month, in the order in which they came."""
    return read_page(db.session(), select(ImportUpload), ImportUpload.id, **query)


@imports.post("/files")
@imports.arguments(FileQuerySchema, location="query")
@imports.doc(
    requestBody={
        "description": "the file as it is: CSV in UTF-8 or GB18030, or Excel (.xlsx)",
        "required": True,
        "content": {"application/octet-stream": {}},
    }
)
@imports.response(202, ImportFileSchema)
def send_file(stated: dict[str, Any]) -> Sent:
    """Send a file in. It is tried out, and nothing is written into the records."""
    if request.mimetype.startswith(("multipart/", "application/x-www-form-urlencoded")):
        raise UnsupportedMediaType("A form does not leave the file as it is. Send its bytes as application/octet-stream.")
    content, by = request.get_data(), staff().username
    return _begin(upload(db.session(), content, **stated, settings=settings(), by=by, at=datetime.now(UTC)))


@imports.get("/files/<uuid:file_id>")
@imports.response(200, ImportFileSchema)
def read_file(file_id: uuid.UUID) -> ImportUpload:
    """Where a file stands, and what it would do."""
    return upload_called(db.session(), file_id)


@imports.post("/files/<uuid:file_id>/profile")
@imports.arguments(ProfileSchema)
@imports.response(202, ImportFileSchema)
def understand(stated: dict[str, Any], file_id: uuid.UUID) -> Sent:
    """Have a file that waits for a decision tried out as another form."""
    sent = upload_to_change(db.session(), file_id)
    understand_as(sent, stated["profile"], settings=settings())
    return _begin(sent)


@imports.post("/files/<uuid:file_id>/decision")
@imports.arguments(ModeSchema)
@imports.response(202, ImportFileSchema)
def decide(stated: dict[str, Any], file_id: uuid.UUID) -> Sent:
    """Have a file imported that was tried out: its good rows, or all rows or none."""
    sent = upload_to_change(db.session(), file_id)
    sent.want(stated["mode"], by=staff().username)
    return _begin(sent)


@imports.post("/files/<uuid:file_id>/work")
@imports.response(202, ImportFileSchema)
def go_on(file_id: uuid.UUID) -> Sent:
    """Have work taken up again that was interrupted; nothing happens twice."""
    return _begin(upload_to_change(db.session(), file_id))


def _begin(sent: ImportUpload) -> Sent:
    sent.begin(at=datetime.now(UTC))
    db.session.commit()
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    work_aside(app, sent.id, settings=settings())
    return sent, 202, {"Location": f"/api/v1/imports/files/{sent.id}"}
