"""How do this district and the city's hub stand with each other, and what can be done about it?"""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from admin.tenant import desk, refusals
from admin.writing import number
from sync.mailbox.evidence import MOST_LISTED
from tenants import asking
from tenants.db import db
from tenants.errors import StateForbids
from tenants.organizations.arranging import root
from tenants.proof import proof
from tenants.staff.permissions import Permission, require

blueprint = Blueprint("city", __name__, url_prefix="/city")


@blueprint.get("/")
def show() -> str:
    """Both streams, and what shows that both sides hold the same."""
    return render_template(
        "tenant/city.html",
        proof=proof(db.session(), desk.settings().district, at=desk.now()),
        may_operate=root(db.session()).id in desk.places(Permission.OPERATE),
        most_listed=MOST_LISTED,
    )


@blueprint.post("/comparison")
def compare() -> Response:
    """Has the records compared."""
    _require_operator()
    try:
        asking.compare(db.session(), desk.settings().district)
    except StateForbids as refusal:
        return _done(refusals.say(refusal), "warning")
    return _done(gettext("The records are compared as soon as the city answers; what differs is mended."))


@blueprint.post("/replay")
def replay() -> Response:
    """Has everything sent again."""
    _require_operator()
    try:
        asking.replay(db.session(), desk.settings().district)
    except StateForbids as refusal:
        return _done(refusals.say(refusal), "warning")
    return _done(gettext("What this district said is on its way again; the city is asked for what is missing here."))


@blueprint.post("/retry")
def retry() -> Response:
    """Applies again what is parked."""
    _require_operator()
    through = asking.retry(db.session(), desk.settings().district)
    return _done(ngettext("%(number)s event went through.", "%(number)s events went through.", through, number=number(through)))


def _require_operator() -> None:
    """The streams are the whole district's."""
    session = db.session()
    require(session, desk.staff(), Permission.OPERATE, root(session).id)


def _done(sentence: str, kind: str = "success") -> Response:
    db.session.commit()
    flash(sentence, kind)
    return redirect(url_for(".show"), code=303)
