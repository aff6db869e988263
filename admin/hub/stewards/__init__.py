"""What does the hub's staff do at a desk?"""

from flask import Blueprint, Flask, got_request_exception

from admin.hub.stewards import desk, devices, evidence, refusals, wording
from admin.hub.stewards.account import blueprint as account
from admin.hub.stewards.figures import blueprint as figures
from admin.hub.stewards.home import blueprint as home
from admin.hub.stewards.persons import blueprint as persons
from admin.hub.stewards.queue import blueprint as queue
from admin.hub.stewards.reviewing import blueprint as reviewing
from admin.hub.stewards.signing_in import blueprint as signing_in
from admin.hub.stewards.thresholds import blueprint as thresholds


def register(app: Flask) -> None:
    """Gives the hub's application the pages of its staff; all but signing in are for those who did."""
    pages = Blueprint("stewards", __name__, url_prefix="/stewards")
    pages.before_request(desk.read_only_where_nothing_changes)
    pages.before_request(desk.require_account)
    pages.app_context_processor(desk.for_templates)
    for blueprint in (signing_in, account, home, queue, reviewing, persons, figures, thresholds):
        pages.register_blueprint(blueprint)
    refusals.register(pages)
    app.register_blueprint(pages)
    got_request_exception.connect(desk.ask_nothing_more, app)
    devices.register(app)
    wording.register(app)
    evidence.register(app)
