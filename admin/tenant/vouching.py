"""How does a coordinator hand somebody a slip to claim their volunteer ID by?"""

import uuid

import segno
from flask import Blueprint, render_template
from flask_babel import lazy_gettext
from markupsafe import Markup

from admin.tenant import desk
from admin.tenant.grave import grave
from tenants.db import db
from tenants.registrations.finding import registration_seen
from tenants.registrations.models import Registration
from tenants.sso.vouching import vouch
from tenants.staff.permissions import Permission

blueprint = Blueprint("vouching", __name__, url_prefix="/volunteers/<uuid:registration_id>/slip")

_SCALE = 3


@blueprint.get("")
@grave()
def ask(registration_id: uuid.UUID) -> str:
    """Says what the slip is, before there is one."""
    return render_template("tenant/slip_ask.html", registration=_registration(registration_id))


@blueprint.post("")
@grave(".ask", press=lazy_gettext("Make the slip"))
def print_slip(registration_id: uuid.UUID) -> str:
    """The slip, to be printed at once: it is shown this once only."""
    registration = _registration(registration_id)
    slip = vouch(
        db.session(),
        registration,
        by=desk.staff().username,
        address=desk.address(),
        settings=desk.settings(),
        at=desk.now(),
    )
    db.session.commit()
    qr = Markup(segno.make(slip.link, error="l", micro=False).svg_inline(scale=_SCALE))  # noqa: S704 - drawn here
    return render_template("tenant/slip.html", registration=registration, slip=slip, qr=qr)


def _registration(registration_id: uuid.UUID) -> Registration:
    return registration_seen(db.session(), registration_id, desk.places(Permission.REGISTER))
