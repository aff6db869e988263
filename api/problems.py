"""What does a program learn when something goes wrong?

A problem document (RFC 9457) with a stable `code`, a sentence that says what to do, and the request's id. Only URLs of the API
answer so; pages keep the handlers that the application has for them.
"""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, g, json, request
from flask_smorest import Api, Blueprint
from marshmallow import Schema, fields
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.routing import RequestRedirect

from api.entrance import Parser

API_PREFIX = "/api/"
CONTENT_TYPE = "application/problem+json"
INVALID = "invalid"


class FieldProblemSchema(Schema):
    """One value that cannot stand."""

    pointer = fields.String(metadata={"description": "where it stands in the body: a JSON pointer (RFC 6901) as URI fragment"})
    parameter = fields.String(metadata={"description": "its name, where it stands in the query or a header"})
    detail = fields.String(required=True)


class ProblemSchema(Schema):
    """A failure (RFC 9457)."""

    title = fields.String(required=True, metadata={"description": "the status in words"})
    status = fields.Integer(required=True)
    code = fields.String(required=True, metadata={"description": "stable, to decide by"})
    detail = fields.String(required=True, metadata={"description": "what to do, for a person"})
    instance = fields.String(metadata={"format": "uri", "description": "the request's id as URN; the log has it too"})
    errors = fields.List(fields.Nested(FieldProblemSchema), metadata={"description": "each value that cannot stand"})


class ProblemApi(Api):
    """flask-smorest's documentation of an API, with problem documents for URLs that it does not have."""

    ERROR_SCHEMA = ProblemSchema

    def _register_error_handlers(self) -> None:
        # The base class would answer for the pages, too. An unknown URL or method belongs to no blueprint, so it is caught
        # before it reaches the handlers that the application has for pages; the rest is `ProblemBlueprint`'s.
        self._app.before_request(_refuse_unknown_url)

    def _register_responses(self) -> None:
        super()._register_responses()
        for response in self.spec.components.responses_lazy.values():
            if "application/json" in response.get("content", {}):
                response["content"] = {CONTENT_TYPE: response["content"].pop("application/json")}


class ProblemBlueprint(Blueprint):
    """A part of an API. What its views raise becomes a problem document.

    `statuses` gives for each class of the side's error family the HTTP status; a class that is not named has that of its base.
    An act on a record, a POST or DELETE below it, is a change: decorated with `etag`, it requires `If-Match`. A record's ETag
    is its version, so who has the record has the ETag.

    The application must keep its own handlers for pages on `HTTPException`, not on single codes: Flask prefers a code's
    handler to a blueprint's.
    """

    ARGUMENTS_PARSER = Parser()
    METHODS_NEEDING_CHECK_ETAG = ("POST", "PUT", "PATCH", "DELETE")
    METHODS_ALLOWING_SET_ETAG = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")

    def __init__(self, *args: Any, statuses: Mapping[type[Exception], int], **options: Any) -> None:
        super().__init__(*args, **options)
        self.register_error_handler(HTTPException, answer_http)
        for kind, status in statuses.items():
            self.register_error_handler(kind, _answer_with(status))

    @staticmethod
    def _generate_etag(etag_data: Any, extra_data: Any = None) -> str:
        return str(etag_data) if isinstance(etag_data, int) else str(Blueprint._generate_etag(etag_data, extra_data))


def problem(
    status: int,
    *,
    code: str,
    detail: str,
    errors: list[dict[str, str]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem document. `errors` names each value that cannot stand by `pointer` or `parameter`, with a `detail`."""
    document: dict[str, Any] = {
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        "instance": f"urn:uuid:{g.request_id}",
    }
    if errors:
        document["errors"] = errors
    return Response(json.dumps(document), status, headers, content_type=CONTENT_TYPE)


def answer_http(error: HTTPException) -> Response:
    """What the framework refuses: unknown URLs, values that do not parse, preconditions; and failures that nobody foresaw."""
    data: Mapping[str, Any] = getattr(error, "data", {})
    messages = data.get("messages", {})
    code, detail = error.name.lower().replace(" ", "_"), error.description or error.name
    if messages:
        code, detail = INVALID, "Some values cannot stand; `errors` names them."
    elif isinstance(error, InternalServerError):
        detail = "Something went wrong here. Try again later, and name this problem's instance when you ask for help."
    return problem(
        error.code or HTTPStatus.INTERNAL_SERVER_ERROR,
        code=code,
        detail=detail,
        errors=list(_field_problems(messages)),
        headers={name: value for name, value in error.get_headers() if name not in ("Content-Type", "Content-Length")},
    )


def _answer_with(status: int) -> Any:
    def answer(error: Any) -> Response:
        """What the side itself refuses: its errors have a `code` and a sentence, and some a `field` or a time to wait."""
        field = getattr(error, "field", None)
        wait = getattr(error, "retry_after_seconds", None)
        return problem(
            status,
            code=error.code,
            detail=str(error),
            errors=[{"pointer": f"#/{field}", "detail": str(error)}] if field else None,
            headers={"Retry-After": str(wait)} if wait else None,
        )

    return answer


def _refuse_unknown_url() -> Response | None:
    refused = request.routing_exception
    if refused is None or isinstance(refused, RequestRedirect) or not request.path.startswith(API_PREFIX):
        return None
    return answer_http(refused)


def _field_problems(messages: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Marshmallow's messages, by place (`json`, `query`, …) and nested by field, as one flat list."""
    for place, fields_there in messages.items():
        for path, detail in _leaves(fields_there):
            name = "/".join(part.replace("~", "~0").replace("/", "~1") for part in path)
            yield {"pointer": f"#/{name}"} | {"detail": detail} if place == "json" else {"parameter": name, "detail": detail}


def _leaves(messages: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            yield from _leaves(inner, path if name == "_schema" else (*path, str(name)))
    else:
        for detail in messages:
            yield path, str(detail)


def prepare(app: Flask, *, title: str, version: str, description: str) -> ProblemApi:
    """The API of `app`: its documentation is at `/api/v1/openapi.json`."""
    app.config.update(
        API_TITLE=title,
        API_VERSION=version,
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api/v1",
        OPENAPI_JSON_PATH="openapi.json",
        API_SPEC_OPTIONS={"info": {"description": description}},
    )
    return ProblemApi(app)
