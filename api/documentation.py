"""Where can a person read and try the API?

Swagger UI with a page of our own: the one that comes with it runs a script inside the page, which our content security policy
forbids.
"""

from pathlib import Path

import flask_swagger_ui
from flask import Blueprint, Response, render_template, send_from_directory

_SWAGGER_UI = Path(flask_swagger_ui.__file__).parent / "dist"

documentation = Blueprint(
    "documentation", __name__, template_folder="templates", static_folder="static", url_prefix="/api/docs"
)


@documentation.get("/")
def page() -> str:
    """The API's own description, made readable."""
    return render_template("api/documentation.html")


@documentation.get("/swagger-ui/<path:name>")
def swagger_ui(name: str) -> Response:
    """A file of Swagger UI."""
    return send_from_directory(_SWAGGER_UI, name, max_age=3600)
