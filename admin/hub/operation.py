"""Where does the hub's operator see how the streams are, and act on them?"""

from datetime import UTC, datetime
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext, ngettext
from flask_wtf import FlaskForm
from werkzeug.exceptions import NotFound as NoSuchPage
from werkzeug.wrappers import Response
from wtforms import PasswordField
from wtforms.validators import InputRequired

from admin.error_pages import show
from admin.hub import operator
from admin.hub.ordering import ORDERS, in_order
from admin.writing import number, pause
from federation.db import db
from federation.directory import asking
from federation.directory.proof import proof_of
from federation.directory.standing import standings
from federation.errors import NotFound, SignInRefused, SignInThrottled
from federation.intake import open_inbox
from federation.mailbox import evidence
from federation.operators.signing_in import check, note_failure
from sync.mailbox.evidence import MOST_LISTED

blueprint = Blueprint("operation", __name__, template_folder="templates", url_prefix="/operation")
blueprint.before_request(operator.require_operator)
blueprint.app_context_processor(operator.for_templates)


class SignInForm(FlaskForm):
    """The operator's secret."""

    token = PasswordField(lazy_gettext("Operator’s secret"), [InputRequired(lazy_gettext("Enter the secret."))])


@blueprint.errorhandler(NotFound)
def nothing_here(_refusal: NotFound) -> Response:
    """What is not there has the page that every unknown address has."""
    return show(NoSuchPage())


@blueprint.get("/sign-in")
def signing_in() -> str:
    """The form."""
    return render_template("hub/sign_in.html", form=SignInForm())


@blueprint.post("/sign-in")
def sign_in() -> Response | tuple[str, int] | tuple[str, int, dict[str, str]]:
    """Lets the operator in."""
    form, at, address = SignInForm(), datetime.now(UTC), request.remote_addr or ""
    if not form.validate():
        return render_template("hub/sign_in.html", form=form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        check(db.session(), form.token.data, token=operator.settings().operator_token or "", address=address, at=at)
    except SignInRefused:
        note_failure(db.session(), address=address, at=at)
        db.session.commit()
        form.form_errors.append(gettext("This is not the operator’s secret."))
        return render_template("hub/sign_in.html", form=form), HTTPStatus.UNAUTHORIZED
    except SignInThrottled as refusal:
        form.form_errors.append(pause(refusal.retry_after_seconds))
        wait = {"Retry-After": str(refusal.retry_after_seconds)}
        return render_template("hub/sign_in.html", form=form), HTTPStatus.TOO_MANY_REQUESTS, wait
    return redirect(operator.sit_down(at=at), code=303)


@blueprint.post("/sign-out")
def sign_out() -> Response:
    """Ends the session."""
    operator.get_up()
    flash(gettext("You are signed out."))
    return redirect(url_for("hub.city"), code=303)


@blueprint.get("/")
def districts() -> str:
    """Every district, those that need a person most first, unless another order is asked for."""
    order = request.args.get("order", ORDERS[0])
    return render_template(
        "hub/operation.html",
        standings=in_order(standings(db.session(), at=datetime.now(UTC)), order),
        order=order if order in ORDERS else ORDERS[0],
        strangers=evidence.strangers(db.session()),
        most_listed=MOST_LISTED,
    )


@blueprint.get("/districts/<code>")
def district(code: str) -> str:
    """One district's proof, and what can be done."""
    proof = proof_of(db.session(), code, at=datetime.now(UTC))
    return render_template("hub/proof.html", proof=proof, most_listed=MOST_LISTED)


@blueprint.post("/districts/<code>/comparison")
def compare(code: str) -> Response:
    """Has the records compared."""
    asking.compare(db.session(), code, inbox=open_inbox(operator.settings()))
    done = gettext(
        "With the district’s next beacon, usually within half a minute, the records are compared; what differs is mended."
    )
    return _done(code, done)


@blueprint.post("/districts/<code>/replay")
def replay(code: str) -> Response:
    """Has everything sent again."""
    asking.replay(db.session(), code, inbox=open_inbox(operator.settings()))
    done = gettext("With its next beacon the district is asked for what is missing here; what it is told is on its way again.")
    return _done(code, done)


@blueprint.post("/districts/<code>/retry")
def retry(code: str) -> Response:
    """Applies again what is parked."""
    through = asking.retry(db.session(), code, inbox=open_inbox(operator.settings()))
    done = ngettext("%(number)s event went through.", "%(number)s events went through.", through, number=number(through))
    return _done(code, done)


def _done(code: str, sentence: str) -> Response:
    db.session.commit()
    flash(sentence, "success")
    return redirect(url_for(".district", code=code), code=303)
