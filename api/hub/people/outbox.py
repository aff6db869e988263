"""What would the hub have sent, were it not a demo?"""

from flask import Blueprint, abort, render_template

from api.hub.people.browser import browser
from federation.accounts.sending.outbox import shown_in_demo
from federation.db import db

blueprint = Blueprint("outbox", __name__)


@blueprint.get("/outbox")
def show() -> str:
    """Every message, to everybody; a hub that is no demo has no such page."""
    if not browser.settings().shows_outbox:
        abort(404)
    return render_template("people/outbox.html", messages=shown_in_demo(db.session(), browser.settings()))
