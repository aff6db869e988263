"""What does a person see when something went wrong?"""

from flask import Flask, render_template
from flask_babel import gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

_FIRST_ERROR = 400  # what is below, redirects above all, is raised as well and is no error


def register(app: Flask) -> None:
    """Answers every refusal and failure in `app` with a page, where nobody nearer to it has another answer."""
    app.register_error_handler(HTTPException, show)


def show(error: HTTPException) -> Response:
    """The page for `error`, in the reader's language, with the headers that belong to it."""
    response = error.get_response()
    if response.status_code < _FIRST_ERROR or error.response is not None:
        return response
    heading, advice = _words(error)
    response.data = render_template("admin/error.html", code=error.code, heading=heading, advice=advice)
    response.content_type = "text/html; charset=utf-8"
    return response


def _words(error: HTTPException) -> tuple[str, str]:
    """What happened, and what to do now."""
    if isinstance(error, CSRFError):
        return (
            gettext("This form is too old"),
            gettext("Nothing was changed. Go back, load the page again, and send the form once more."),
        )
    words = {
        400: (gettext("This request was not understood"), gettext("Go back, check what you entered, and try again.")),
        401: (gettext("Please sign in"), gettext("This page is for staff. Sign in and open it again.")),
        403: (gettext("You may not see this page"), gettext("Your role does not include it. Ask who manages the roles.")),
        404: (gettext("There is no such page"), gettext("Check the address, or begin again at the first page.")),
        405: (gettext("This address does not do that"), gettext("Begin again at the first page.")),
        413: (gettext("This file is too large"), gettext("Split it into smaller ones and send them one after another.")),
        429: (gettext("Too many attempts"), gettext("Wait a few minutes, then try again.")),
        503: (gettext("Just a moment"), gettext("The program is busy or being looked after. Try again in a minute.")),
    }
    return words.get(
        error.code or 500,
        (
            gettext("Something went wrong here"),
            gettext("It is not your fault, and it has been noted. Try again; if it stays so, tell who runs this program."),
        ),
    )
