"""What stands here of whoever looks: their registration, and their hours?"""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from api.tenant.people import visit
from tenants.db import db
from tenants.hours.finding import entries_of_volunteer, sums_of_volunteer
from tenants.hours.reasons import last_reasons
from tenants.sso.knowing import issuer_of
from tenants.sso.opening import registration_of

PAGE_LENGTH = 20
_MOST_PAGES = 10_000
# A draft is its author's alone, and no volunteer is one.
_NOBODY = ""

blueprint = Blueprint("own", __name__)


@blueprint.get("/")
def start() -> str:
    """The district's first page, for everybody."""
    return render_template("people/start.html", issuer=issuer_of(db.session(), visit.settings().district))


@blueprint.get("/me/")
def show() -> str | Response:
    """The registration and the hours of who is signed in."""
    here = visit.signed_in()
    if here is None or here.subject is None:
        return redirect(url_for("people.own.start"), code=303)
    session = db.session()
    registration = registration_of(session, here)
    if registration is None:
        return redirect(url_for("people.registering.show"), code=303)
    first = (_page() - 1) * PAGE_LENGTH
    entries = entries_of_volunteer(session, registration.id, by=_NOBODY, first=first, limit=PAGE_LENGTH)
    sums = sums_of_volunteer(session, registration.id, by=_NOBODY)
    return render_template(
        "people/own.html",
        registration=registration,
        sums=sums,
        entries=entries,
        reasons=last_reasons(session, entries),
        entry_count=sum(part.entries for part in sums.values()),
        first=first,
        page_length=PAGE_LENGTH,
        issuer=issuer_of(session, visit.settings().district),
    )


def _page() -> int:
    page = request.args.get("page", default=1, type=int)
    return min(max(page, 1), _MOST_PAGES)
