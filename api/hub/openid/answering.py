"""How does what a client or a browser said come to the provider, and its answer back?"""

from collections.abc import Callable
from datetime import UTC, datetime

from flask import Blueprint, Response, current_app, g, render_template, request
from flask_babel import gettext, ngettext

from federation.db import db
from federation.errors import NotPrepared, RequestRefused, TooManyRequests
from federation.sso.calls import Call
from federation.sso.direct import Message
from federation.sso.protocol.messages import Answer

_SECONDS_PER_MINUTE = 60
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}


def part(name: str) -> Blueprint:
    """A part of the provider: nothing in it is kept, framed, or told to the next page; a refusal for the person is a page."""
    blueprint = Blueprint(name, __name__, template_folder="templates")

    @blueprint.after_request
    def add(response: Response) -> Response:
        for header, value in _HEADERS.items():
            response.headers.setdefault(header, value)
        return response

    blueprint.register_error_handler(RequestRefused, _show)
    blueprint.register_error_handler(TooManyRequests, _show_crowded)
    blueprint.register_error_handler(NotPrepared, _show_unprepared)
    return blueprint


def call() -> Call:
    """What the provider has to know of this request."""
    if "call" not in g:
        g.call = Call(
            db.session(),
            current_app.config["SETTINGS"],
            datetime.now(UTC),
            address=request.remote_addr or "",
            user_agent=request.user_agent.string,
        )
    made: Call = g.call
    return made


def message() -> Message:
    """What was said, with every parameter as often as it came."""
    query, form = (list(fields.items(multi=True)) for fields in (request.args, request.form))
    return Message(request.method, query, form, dict(request.headers))


def answered(act: Callable[[Call, Message], Answer]) -> Response:
    """Lets `act` answer a client, and keeps what came of it."""
    answer = act(call(), message())
    db.session.commit()
    return respond(answer)


def respond(answer: Answer) -> Response:
    """The answer as HTTP has it."""
    response = Response(answer.body, answer.status)
    for name, value in answer.headers.items():
        response.headers[name] = value
    return response


def _show(refusal: RequestRefused) -> tuple[str, int]:
    db.session.rollback()
    return render_template("openid/refused.html", sentence=gettext(refusal.message)), 400


def _show_crowded(refusal: TooManyRequests) -> tuple[str, int, dict[str, str]]:
    db.session.rollback()
    minutes = -(-refusal.retry_after_seconds // _SECONDS_PER_MINUTE)
    sentence = ngettext(
        "Too many people are signing in from the network that you are in. Try again in %(num)s minute.",
        "Too many people are signing in from the network that you are in. Try again in %(num)s minutes.",
        minutes,
    )
    page = render_template("openid/refused.html", sentence=sentence)
    return page, 429, {"Retry-After": str(refusal.retry_after_seconds)}


def _show_unprepared(refusal: NotPrepared) -> tuple[str, int]:
    db.session.rollback()
    current_app.logger.error("%s", refusal)
    return render_template("openid/refused.html", sentence=gettext("Nobody can sign in here for the time being.")), 503
