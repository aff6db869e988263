"""What is there for a steward to do?"""

from flask import Blueprint, render_template

from admin.hub.stewards import desk
from admin.hub.stewards.last_act import last_act
from admin.hub.stewards.searching import SearchForm
from federation.db import db
from federation.identity.stewarding.finding import next_review, waiting

blueprint = Blueprint("home", __name__)
blueprint.before_request(desk.require_reviewer)


@blueprint.get("/")
def show() -> str:
    """The first page after signing in."""
    by = desk.account().username
    return render_template(
        "hub/stewards/home.html",
        kinds=waiting(db.session(), by=by),
        first=next_review(db.session(), by=by),
        search=SearchForm(formdata=None),
        last_act=last_act(),
        now=desk.now(),
    )
