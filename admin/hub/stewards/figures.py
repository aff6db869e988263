"""How right are the machine and the stewards, as a steward sees it?"""

from flask import Blueprint, render_template

from admin.hub.stewards import desk
from federation.db import db
from federation.identity.stewarding.counting import figures

FEWEST = 20
"""Of fewer answers a share says little, and is not shown as one."""

blueprint = Blueprint("figures", __name__, url_prefix="/figures")
blueprint.before_request(desk.require_reviewer)


@blueprint.get("/")
def show() -> str:
    """What the reviews come to."""
    return render_template("hub/stewards/figures.html", figures=figures(db.session()), fewest=FEWEST)
