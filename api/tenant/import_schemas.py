"""Which form do imports have?"""

from marshmallow import Schema, fields, validate

from api.tenant.schemas import said
from tenants.imports.forms.profiles import Kind
from tenants.imports.rows.findings import Severity, words
from tenants.imports.runs.models import JobState, Mode
from tenants.imports.uploads.models import Stage


class CountsSchema(Schema):
    """How many rows had which fate: each row that was read is one of created, changed, unchanged and refused."""

    rows_total = fields.Integer(required=True, metadata=said("an estimate until the end"))
    rows_read = fields.Integer(required=True)
    created = fields.Integer(required=True)
    changed = fields.Integer(required=True)
    unchanged = fields.Integer(required=True)
    refused = fields.Integer(required=True)
    noticed = fields.Integer(required=True, metadata=said("rows that entered with something to know about them"))
    waiting = fields.Integer(required=True, metadata=said("hour entries that a coordinator has to look at"))


class FindingSchema(Schema):
    """Something to know about a row."""

    line = fields.Integer(required=True, metadata=said("in the file; the first is 1"))
    record = fields.String(required=True, metadata=said("the row's own number"))
    severity = fields.Enum(Severity, by_value=True, required=True)
    code = fields.String(required=True, metadata=said("stable, to decide by"))
    field = fields.String(required=True)
    heading = fields.String(required=True, metadata=said("of the field's column in the file"))
    value = fields.String(required=True, metadata=said("what the file has, masked where it could identify somebody"))
    detail = fields.Function(words, required=True, metadata={"type": "string"} | said("what to do, for a person"))


class GroupSchema(Schema):
    """How often the same was found, with the first example."""

    count = fields.Integer(required=True)
    example = fields.Nested(FindingSchema, required=True)


class ImportSchema(CountsSchema):
    """One file on its way into the district's records, over the web or by command."""

    id = fields.UUID(required=True)
    kind = fields.Enum(Kind, by_value=True, required=True)
    mode = fields.Enum(Mode, by_value=True, required=True)
    profile = fields.String(required=True)
    file_name = fields.String(required=True)
    sha256 = fields.String(required=True)
    encoding = fields.String(required=True)
    actor = fields.String(required=True)
    exported_on = fields.Date(required=True, allow_none=True)
    started_at = fields.AwareDateTime(required=True)
    progressed_at = fields.AwareDateTime(required=True)
    finished_at = fields.AwareDateTime(required=True, allow_none=True)
    state = fields.Enum(JobState, by_value=True, required=True)


class FileQuerySchema(Schema):
    """What a file is that is sent in."""

    kind = fields.Enum(Kind, by_value=True, required=True)
    file_name = fields.String(load_default="register", validate=validate.Length(1, 255))
    profile = fields.String(metadata=said("the form of the register; without it, it is guessed from the headings"))
    exported_on = fields.Date(metadata=said("the day on which the register was written: nothing in it can be later"))


class ProfileSchema(Schema):
    """As which form a file is to be understood."""

    profile = fields.String(required=True)


class ModeSchema(Schema):
    """What happens to the good rows of a file in which others are refused."""

    mode = fields.Enum(Mode, by_value=True, required=True)


class TrialSchema(Schema):
    """How a file was understood, and what importing every good row of it would do."""

    encoding = fields.String(required=True)
    columns = fields.Dict(fields.String(), fields.String(), required=True, metadata=said("each field with its heading"))
    ignored = fields.List(fields.String(), required=True, metadata=said("headings of which nothing is taken over"))
    counts = fields.Nested(CountsSchema, required=True)
    reasons = fields.Nested(GroupSchema, many=True, attribute="groups", required=True)


class RefusalSchema(Schema):
    """Why a file cannot be read."""

    code = fields.String(attribute="rule", required=True)
    detail = fields.Function(str, required=True, metadata={"type": "string"} | said("what to do, for a person"))


class ImportFileSchema(Schema):
    """A file that was sent in, and how far it has come. It is forgotten after a month."""

    id = fields.UUID(required=True)
    kind = fields.Enum(Kind, by_value=True, required=True)
    file_name = fields.String(required=True)
    profile = fields.String(required=True, allow_none=True, metadata=said("the form that it is taken for, once that is known"))
    exported_on = fields.Date(required=True, allow_none=True)
    uploaded_by = fields.String(required=True)
    uploaded_at = fields.AwareDateTime(required=True)
    stage = fields.Enum(Stage, by_value=True, required=True)
    rows_read = fields.Integer(required=True, metadata=said("of what is being done: trying it out, or importing it"))
    rows_total = fields.Integer(required=True, metadata=said("an estimate until the end"))
    worked_at = fields.AwareDateTime(required=True, allow_none=True, metadata=said("when the work moved on last"))
    trial = fields.Nested(TrialSchema, required=True, allow_none=True, metadata=said("once it was tried out"))
    refusal = fields.Nested(RefusalSchema, required=True, allow_none=True, metadata=said("where it cannot be read"))
    import_id = fields.UUID(attribute="job_id", required=True, allow_none=True, metadata=said("what became of it"))
